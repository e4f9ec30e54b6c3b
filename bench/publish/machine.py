"""The machine of a measurement, the commit, and what else the machine did meanwhile."""

from __future__ import annotations

import os
import platform
import subprocess
import time
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import psutil

from bench.processes import cpu_s
from local.settings import REPOSITORY

PACKAGES = ("apache-airflow", "astronomer-cosmos", "dbt-core", "duckdb", "psycopg2-binary", "pandas", "polars")
# A machine is busy if others had this share of its processor time.
BUSY_SHARE = 0.05
# What the benchmark itself writes does not make it another commit.
WRITTEN = (":!bench/results", ":!docs")


@dataclass(frozen=True)
class Machine:
    """The machine of a measurement.

    Attributes:
        cpu: model of the processor.
        cores: number of cores.
        memory_gib: memory in GiB.
        system: operating system with its version.
        versions: version of Python, PostgreSQL and the main packages by name.
    """

    cpu: str
    cores: int
    memory_gib: float
    system: str
    versions: dict[str, str] = field(default_factory=dict)

    @classmethod
    def this(cls) -> Machine:
        """Describe this machine."""
        versions = {"Python": platform.python_version(), "PostgreSQL": "16"}
        for package in PACKAGES:
            try:
                versions[package] = version(package)
            except PackageNotFoundError:
                continue
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
        system = f"{platform.system()} {platform.release().split('-')[0]}"
        return cls(_cpu_model(), os.cpu_count() or 0, round(memory, 1), system, versions)

    def __str__(self) -> str:
        versions = ", ".join(f"{name} {number}" for name, number in self.versions.items())
        return f"{self.cpu}, {self.cores} cores, {self.memory_gib:g} GiB, {self.system}; {versions}"


def _cpu_model() -> str:
    """Return the processor's model, or its architecture if it has no name."""
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def this_commit() -> str | None:
    """Return the commit that is measured, with ``+`` if files differ from it; None outside a git repository."""
    try:
        commit = _git("rev-parse", "HEAD")
        changed = _git("status", "--porcelain", "--untracked-files=no", "--", ".", *WRITTEN)
    except (OSError, subprocess.CalledProcessError):
        return None
    return commit + ("+" if changed else "")


def _git(*arguments: str) -> str:
    """Return the output of git in this repository."""
    done = subprocess.run(["git", *arguments], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@dataclass(frozen=True)
class Company:
    """What else the machine did during a measurement, in cores that were busy on average.

    Attributes:
        busy: whether that is more than BUSY_SHARE of the machine.
        others: processes that are not the benchmark's own.
        stolen: other machines on the same host (CPU steal).
        load_average: processes that ran or waited in the minute before the measurement, the benchmark's included.
    """

    busy: bool
    others: float
    stolen: float
    load_average: float

    def __str__(self) -> str:
        state = "busy" if self.busy else "calm"
        cores = f"{self.others:.2f} cores for others, {self.stolen:.2f} stolen"
        return f"{state} machine: {cores}, load {self.load_average:.1f} before"


class Watch:
    """Counts processor time from now on. All descendants of this process belong to the benchmark."""

    def __init__(self) -> None:
        """Begin."""
        self._load = os.getloadavg()[0]
        self._began = self._clocks()

    def company(self) -> Company:
        """Return what the machine did since the beginning."""
        seconds, used, stolen, own = (now - before for now, before in zip(self._clocks(), self._began, strict=True))
        others, stolen = max(0.0, used - own) / seconds, stolen / seconds
        busy = others + stolen > BUSY_SHARE * (os.cpu_count() or 1)
        return Company(busy, round(others, 2), round(stolen, 2), round(self._load, 1))

    @staticmethod
    def _clocks() -> tuple[float, float, float, float]:
        """Return seconds so far: the clock's, used processor time of the machine, stolen one, the benchmark's own."""
        own = cpu_s([psutil.Process()])
        times = psutil.cpu_times()
        used = times.user + times.nice + times.system + times.irq + times.softirq
        return time.monotonic(), used, times.steal, own
