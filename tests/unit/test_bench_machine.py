"""A busy machine is recognised: processor time of others, and none of the benchmark's own."""

import subprocess
import sys
import time

import psutil
import pytest

from bench.processes import cpu_s
from bench.publish import machine
from bench.publish.machine import Company, Watch


def company(monkeypatch: pytest.MonkeyPatch, used: float, stolen: float, own: float) -> Company:
    """Return what a watch makes of ten seconds of two cores, of which so many processor seconds were used."""
    clocks = iter([(100.0, 1000.0, 7.0, 50.0), (110.0, 1000 + used, 7 + stolen, 50 + own)])
    monkeypatch.setattr(Watch, "_clocks", staticmethod(lambda: next(clocks)))
    monkeypatch.setattr(machine.os, "cpu_count", lambda: 2)
    return Watch().company()


def test_the_own_processor_time_does_not_make_a_machine_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = company(monkeypatch, used=18, stolen=0.1, own=17.5)
    assert (seen.others, seen.stolen, seen.busy) == (0.05, 0.01, False)
    assert str(seen).startswith("calm machine: ")


@pytest.mark.parametrize(("used", "stolen"), [(11.1, 0), (10, 1.1)])
def test_a_machine_is_busy_with_others_or_with_other_machines(
    monkeypatch: pytest.MonkeyPatch, used: float, stolen: float
) -> None:
    seen = company(monkeypatch, used, stolen, own=10)
    assert seen.busy
    assert str(seen).startswith("busy machine: ")


def test_ended_descendants_are_the_benchmarks_own() -> None:
    before = cpu_s([psutil.Process()])
    burn = "import time\nwhile time.process_time() < 0.5: pass"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {burn!r}])"
    subprocess.run([sys.executable, "-c", parent], check=True)
    assert 0.5 <= cpu_s([psutil.Process()]) - before < 2


def test_a_watch_reads_this_machine() -> None:
    watch = Watch()
    time.sleep(0.1)
    seen = watch.company()
    assert 0 <= seen.others < 1000
    assert 0 <= seen.stolen < 1000


def test_only_processes_of_a_name_count_if_one_is_given() -> None:
    process = psutil.Process()
    assert cpu_s([process], process.name()) > 0
    assert cpu_s([process], "no such name") == 0
