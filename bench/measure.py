"""Measures wall time, processor time and peak memory of a task in a process of its own."""

from __future__ import annotations

import multiprocessing
import resource
import statistics
import time
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, TypeVar

import psutil

from bench.processes import Services
from bench.report import Figure

MIB = 1024**2
SAMPLING_SECONDS = 0.05

T = TypeVar("T")


class CandidateError(RuntimeError):
    """A candidate failed. The message is its traceback."""


@dataclass(frozen=True)
class Measurement:
    """One run of one candidate.

    Attributes:
        wall_s: seconds from call to return, without imports.
        cpu_s: processor seconds of its process and of the child processes that it waited for.
        peak_mib: peak memory in MiB. It is exact for one process (VmHWM). For several processes it is the sum of their
            resident sets, sampled every 50 ms, so shared pages count more than once.
        services_cpu_s: processor seconds of PostgreSQL and the object store during the run; 0 if they are not watched.
        sent_bytes: bytes that the object store wrote to its clients and disks during the run; 0 if it is not watched.
        result: the candidate's return value, which may be of any type.
    """

    wall_s: float
    cpu_s: float
    peak_mib: float
    services_cpu_s: float = 0.0
    sent_bytes: int = 0
    result: Any = None


@dataclass(frozen=True)
class Sample:
    """The runs of one candidate, in their order."""

    runs: Sequence[Measurement]

    def values(self, figure: str = "wall_s") -> list[float]:
        """Return one figure, an attribute of Measurement, of every run."""
        return [getattr(run, figure) for run in self.runs]

    def median(self, figure: str = "wall_s") -> float:
        """Return the median of one figure."""
        return statistics.median(self.values(figure))

    def text(self, figure: str = "wall_s", digits: int = 1) -> str:
        """Return median and range of one figure as the tables show them, a Figure: ``5.1 (4.9–5.6)``."""
        return median_and_range(self.values(figure), digits)

    @property
    def results(self) -> list[Any]:
        """The candidate's return value of every run."""
        return [run.result for run in self.runs]


def median_and_range(values: Sequence[float], digits: int = 1) -> str:
    """Return median and range as ``5.1 (4.9–5.6)``, or a single value without a range: a Figure."""
    return Figure(values, digits)


def measure(task: Callable[[], object], services: Services | None = None) -> Measurement:
    """Run a task in a new process and measure it.

    Args:
        task: the task. It must be picklable: a module's function, or a partial of one.
        services: their processor time and traffic are measured, too.

    Raises:
        CandidateError: the task raised, or its process died.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_child, args=(theirs, task))
    process.start()
    theirs.close()
    try:
        try:
            ours.recv()  # The imports are done.
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
    """Wait for the answer and return the peak memory of the tree in MiB; 0 if the root had no children."""
    peak = 0
    while not answer.poll(SAMPLING_SECONDS):
        children = []
        with suppress(psutil.Error):
            children = root.children(recursive=True)
        if not children:
            continue  # VmHWM is exact for a single process.
        tree = 0
        for process in (root, *children):
            with suppress(psutil.Error):
                tree += process.memory_info().rss
        peak = max(peak, tree)
    return peak / MIB


def _child(connection: Connection, task: Callable[[], object]) -> None:
    """Run the task in the new process and send its measurements."""
    # The process is spawned: unpickling the task imported its modules. This resets VmHWM, the peak.
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    connection.send("ready")
    connection.recv()
    cpu, wall = _cpu_s(), time.perf_counter()
    failure = ""
    result: object = None
    try:
        result = task()
    except BaseException:  # noqa: BLE001 - the parent raises it
        failure = traceback.format_exc()
    wall_s, cpu_s = time.perf_counter() - wall, _cpu_s() - cpu
    connection.send((wall_s, cpu_s, _peak_mib(), failure, result))
    connection.close()


def _cpu_s() -> float:
    """Return the processor seconds of this process and of its ended children."""
    used = (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def _peak_mib() -> float:
    """Return the peak memory of this process in MiB."""
    # ru_maxrss would not do: it starts with the parent's memory.
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


def in_turns(candidates: Iterable[T], round_number: int) -> list[T]:
    """Return the candidates in the order of a round. Every second round is reversed, so that none is always first."""
    return list(candidates)[:: -1 if round_number % 2 else 1]


def compare(
    candidates: Mapping[str, Callable[..., object]],
    repeats: int = 3,
    prepare: Callable[[], AbstractContextManager[object]] | None = None,
    services: Services | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> dict[str, Sample]:
    """Measure all candidates round by round, so that other load on the machine affects all of them.

    Args:
        candidates: the tasks by name; each must be picklable.
        repeats: number of rounds.
        prepare: opens a context for each run, which is not measured. The candidate is called with the context's value,
            which must be picklable. Without it the candidates are called without arguments.
        services: their processor time and traffic are measured, too.
        say: reports progress.

    Returns:
        The runs of each candidate by its name.

    Raises:
        CandidateError: a candidate raised, or its process died.
    """
    runs: dict[str, list[Measurement]] = {name: [] for name in candidates}
    for number in range(repeats):
        for name in in_turns(candidates, number):
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
    """A call with one argument. Unlike a lambda it is picklable."""

    candidate: Callable[[object], object]
    argument: object

    def __call__(self) -> object:
        return self.candidate(self.argument)
