"""The measurements of the benchmark: time, processor time and peak memory of a run."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from bench.measure import CandidateError, Measurement, Sample, compare, measure, median_and_range

MIB = 1024**2


def hold_memory(mib: int) -> int:
    return len(bytearray(mib * MIB))


def compute(seconds: float) -> None:
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass


def fail() -> None:
    raise ValueError("broken on purpose")


def note(path: Path, name: str, argument: str) -> None:
    with path.open("a") as file:
        file.write(f"{name} {argument}\n")


def test_median_and_range_stand_together() -> None:
    assert median_and_range([3.0, 1.0, 2.04]) == "2.0 (1.0–3.0)"
    assert median_and_range([1234.5], 0) == "1,234"


def test_a_sample_gives_each_figure_of_its_runs() -> None:
    sample = Sample([Measurement(1, 2, 30), Measurement(3, 4, 10), Measurement(2, 3, 20)])
    assert (sample.median(), sample.median("cpu_s")) == (2, 3)
    assert sample.text("peak_mib", 0) == "20 (10–30)"


def test_memory_is_that_of_the_run_and_not_of_the_parent() -> None:
    ballast = bytearray(300 * MIB)
    little, much = measure(partial(hold_memory, 1)), measure(partial(hold_memory, 200))
    assert len(ballast) > 0
    assert little.peak_mib < 200
    assert 190 < much.peak_mib - little.peak_mib < 230
    assert much.result == 200 * MIB


def test_waiting_is_not_processor_time() -> None:
    worked, waited = measure(partial(compute, 0.3)), measure(partial(time.sleep, 0.3))
    assert worked.cpu_s >= 0.3
    assert waited.cpu_s < 0.2
    assert waited.wall_s >= 0.3


def test_a_failed_candidate_is_no_measurement() -> None:
    with pytest.raises(CandidateError, match="broken on purpose"):
        measure(fail)


def test_candidates_take_turns_and_each_run_is_prepared_apart(tmp_path: Path) -> None:
    log, made = tmp_path / "log", []

    @contextmanager
    def prepare() -> Iterator[str]:
        made.append("open")
        yield str(len(made))
        made.append("closed")

    samples = compare({name: partial(note, log, name) for name in ("a", "b")}, repeats=2, prepare=prepare)
    assert log.read_text().splitlines() == ["a 1", "b 3", "b 5", "a 7"]
    assert made == ["open", "closed"] * 4
    assert [len(sample.runs) for sample in samples.values()] == [2, 2]
