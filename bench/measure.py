"""Time, processor time and memory of a piece of work, in a process of its own."""

from __future__ import annotations

import multiprocessing
import resource
import statistics
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import psutil

MIB = 1024**2
SAMPLING_SECONDS = 0.05


class CandidateError(RuntimeError):
    """A candidate raised; the text is its traceback."""


@dataclass(frozen=True)
class Measurement:
    """One run of one candidate.

    Attributes:
        wall_s: seconds from call to return; imports are not in it.
        cpu_s: processor seconds of its process and of what that started and waited for.
        peak_mib: most memory in MiB: of the process itself to the page (VmHWM), of several processes as the sum of
            their resident sets, sampled every 50 ms (what they share counts more than once).
        services_cpu_s: processor seconds of PostgreSQL and the object store meanwhile; 0 if they were not watched.
        sent_bytes: what the object store wrote to its clients and disks meanwhile; 0 if it was not watched.
        result: what the candidate returned.
    """

    wall_s: float
    cpu_s: float
    peak_mib: float
    services_cpu_s: float = 0.0
    sent_bytes: int = 0
    result: Any = None


@dataclass(frozen=True)
class Sample:
    """Several runs of one candidate."""

    runs: Sequence[Measurement]

    def values(self, figure: str = "wall_s") -> list[float]:
        """One figure of every run, by its name in Measurement."""
        return [getattr(run, figure) for run in self.runs]

    def median(self, figure: str = "wall_s") -> float:
        """The median of one figure."""
        return statistics.median(self.values(figure))

    def text(self, figure: str = "wall_s", digits: int = 1) -> str:
        """Median and range, as they stand in the tables: ``5.1 (4.9–5.6)``."""
        return median_and_range(self.values(figure), digits)

    @property
    def results(self) -> list[Any]:
        """What the candidate returned, run by run."""
        return [run.result for run in self.runs]


def median_and_range(values: Sequence[float], digits: int = 1) -> str:
    """``5.1 (4.9–5.6)``; a single value stands alone."""
    median = f"{statistics.median(values):,.{digits}f}"
    if len(values) == 1:
        return median
    return f"{median} ({min(values):,.{digits}f}–{max(values):,.{digits}f})"


class Services:
    """The processes of PostgreSQL and of the object store, watched from outside."""

    def __init__(self, state_folder: str) -> None:
        marker = f"CEREBRO_STATE_DIR={state_folder}"
        self._processes = [process for process in psutil.process_iter() if marker in _environment(process)]

    def cpu_s(self) -> float:
        """Processor seconds so far, those of ended children included."""
        total = 0.0
        for process in self._with_children():
            with suppress(psutil.Error):
                total += sum(process.cpu_times()[:4])
        return total

    def sent_bytes(self) -> int:
        """Bytes that the object store has written so far: to its clients, and what it is sent to its disk."""
        total = 0
        for process in self._with_children():
            with suppress(psutil.Error, OSError):
                if process.name() == "rclone":
                    fields = Path(f"/proc/{process.pid}/io").read_text(encoding="ascii").split()
                    total += int(fields[fields.index("wchar:") + 1])
        return total

    def _with_children(self) -> set[psutil.Process]:
        found = set(self._processes)
        for process in self._processes:
            with suppress(psutil.Error):
                found.update(process.children(recursive=True))
        return found


def _environment(process: psutil.Process) -> list[str]:
    with suppress(psutil.Error):
        return [f"{name}={value}" for name, value in process.environ().items()]
    return []


def measure(task: Callable[[], Any], services: Services | None = None) -> Measurement:
    """Run ``task`` (picklable: a module's function, or a partial of one) in a new process and measure it.

    Raises CandidateError if it raises or its process dies.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_child, args=(theirs, task))
    process.start()
    theirs.close()
    try:
        try:
            ours.recv()  # Imports are done.
            before = (services.cpu_s(), services.sent_bytes()) if services else (0.0, 0)
            ours.send("go")
            tree_peak = _watch(psutil.Process(process.pid), ours)
            wall_s, cpu_s, own_peak, failure, result = ours.recv()
        except EOFError:
            process.join()
            raise CandidateError(f"The process of {task} ended with exit code {process.exitcode}") from None
        after = (services.cpu_s(), services.sent_bytes()) if services else (0.0, 0)
    finally:
        process.join()
    if failure:
        raise CandidateError(failure)
    return Measurement(
        wall_s, cpu_s, max(own_peak, tree_peak), after[0] - before[0], after[1] - before[1], result
    )  # fmt: skip


def _watch(root: psutil.Process, answer: Connection) -> float:
    """Return the peak of the tree's memory in MiB, once the answer is there."""
    peak = 0
    while not answer.poll(SAMPLING_SECONDS):
        children = []
        with suppress(psutil.Error):
            children = root.children(recursive=True)
        if not children:
            continue  # VmHWM says it exactly.
        tree = 0
        for process in (root, *children):
            with suppress(psutil.Error):
                tree += process.memory_info().rss
        peak = max(peak, tree)
    return peak / MIB


def _child(connection: Connection, task: Callable[[], Any]) -> None:
    # Spawned, so what the task needs was imported when it was unpickled. The peak begins anew here.
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    connection.send("ready")
    connection.recv()
    cpu, wall = _cpu_s(), time.perf_counter()
    failure, result = "", None
    try:
        result = task()
    except BaseException:  # noqa: BLE001 - handed to the parent, which raises it
        failure = traceback.format_exc()
    wall_s, cpu_s = time.perf_counter() - wall, _cpu_s() - cpu
    connection.send((wall_s, cpu_s, _peak_mib(), failure, result))
    connection.close()


def _cpu_s() -> float:
    used = (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def _peak_mib() -> float:
    # Not ru_maxrss: that begins with what the parent used.
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


def compare(
    candidates: Mapping[str, Callable[..., Any]],
    repeats: int = 3,
    prepare: Callable[[], AbstractContextManager[Any]] | None = None,
    services: Services | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> dict[str, Sample]:
    """Measure all candidates, round by round, so that what disturbs the machine disturbs all of them.

    With ``prepare`` every run gets something of its own: the candidate is called with what the context manager gives
    (it must be picklable), and the context is left after the run; neither is measured. Raises CandidateError.
    """
    runs: dict[str, list[Measurement]] = {name: [] for name in candidates}
    for number in range(repeats):
        # Every second round backwards: nobody is always first.
        for name in list(candidates)[:: -1 if number % 2 else 1]:
            if prepare is None:
                measured = measure(candidates[name], services)
            else:
                with prepare() as argument:
                    measured = measure(_Call(candidates[name], argument), services)
            runs[name].append(measured)
            say(f"  {name}, run {number + 1} of {repeats}: {measured.wall_s:.2f} s, {measured.peak_mib:.0f} MiB")
    return {name: Sample(runs[name]) for name in candidates}


@dataclass(frozen=True)
class _Call:
    candidate: Callable[[Any], Any]
    argument: Any

    def __call__(self) -> Any:
        return self.candidate(self.argument)
