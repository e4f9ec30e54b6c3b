"""The resources of a section: scale, scratch folder, services, landing zones and warehouses."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from bench import measure
from bench.airflow import Airflow
from bench.landing import write_landing_zone
from bench.processes import Services
from bench.rounds import Round, restore_rounds
from include.cerebro.landing.listing import list_objects
from testing.services import running, settings_apart
from testing.sites import Site, make_site, object_store


@dataclass(frozen=True)
class Scale:
    """How much is measured.

    Attributes:
        name: its name on the command line.
        readings: the sizes of the loads, ascending.
        objects: objects of the landing zone to which none or one is added.
        small_objects: objects of the landing zone of small ones, 2,000 readings each.
        waiting: objects of the backlog, 2,000 readings each, a multiple of four.
        days: days of the long history, to which one day is added.
        build_days: days of the history that dbt and others build.
        loads: loads and missions of the warehouse to which one object is added, a multiple of 1,000.
        hero_minutes: rows of a delivery that is spread over 10 to 10,000 heroes, a multiple of 10,000.
        new_objects: numbers of objects that the same readings are loaded from, ascending.
        known_objects: numbers of objects that the ledger knows, ascending.
        missions: numbers of missions of a landing zone, ascending.
        lengths: days of the history that grows, ascending.
        idle_seconds: how long nothing arrives.
        repeats: runs of each candidate.
    """

    name: str
    readings: tuple[int, ...]
    objects: int
    small_objects: int
    waiting: int
    days: int
    build_days: int
    loads: int
    hero_minutes: int
    new_objects: tuple[int, ...]
    known_objects: tuple[int, ...]
    missions: tuple[int, ...]
    lengths: tuple[int, ...]
    idle_seconds: int
    repeats: int = 3


SCALES = {
    "small": Scale(
        "small",
        readings=(200_000, 1_000_000),
        objects=500,
        small_objects=200,
        waiting=1_000,
        days=10,
        build_days=2,
        loads=2_000,
        hero_minutes=10_000,
        new_objects=(10, 50, 100),
        known_objects=(10, 1_000, 2_000),
        missions=(50, 500, 2_000),
        lengths=(1, 8, 20),
        idle_seconds=60,
    ),
    "default": Scale(
        "default",
        readings=(5_000_000, 50_000_000),
        objects=10_000,
        small_objects=5_000,
        waiting=20_000,
        days=14,
        build_days=7,
        loads=100_000,
        hero_minutes=60_000,
        new_objects=(10, 100, 1_000),
        known_objects=(10, 1_000, 100_000),
        missions=(50, 1_000, 20_000),
        lengths=(3, 10, 30),
        idle_seconds=300,
    ),
    "large": Scale(
        "large",
        readings=(5_000_000, 50_000_000, 500_000_000),
        objects=10_000,
        small_objects=5_000,
        waiting=100_000,
        days=365,
        build_days=30,
        loads=1_000_000,
        hero_minutes=600_000,
        new_objects=(10, 100, 1_000, 10_000),
        known_objects=(10, 1_000, 30_000, 1_000_000),
        missions=(50, 1_000, 30_000, 1_000_000),
        lengths=(7, 30, 120, 366),
        idle_seconds=1_200,
    ),
}


def objects_for(readings: int) -> int:
    """Return the number of objects for so many readings: 58 for 50 million, in proportion, and at least ten."""
    return max(10, readings * 58 // 50_000_000)


class Bench:
    """One run of the benchmark. Services start at their first use, and stop with the run."""

    def __init__(self, scale: Scale, folder: Path, say: Callable[[str], None]) -> None:
        self.scale = scale
        self.folder = folder
        self.say = say
        # Loads by number of readings: one section measures them, another one shows them again.
        self.loads: dict[int, measure.Sample] = {}
        self._open = ExitStack()

    def __enter__(self) -> Bench:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    @property
    def scratch(self) -> Path:
        """A folder for the files of a section, kept from run to run."""
        path = self.folder / "scratch"
        path.mkdir(parents=True, exist_ok=True)
        return path

    @cached_property
    def services(self) -> dict[str, str]:
        """PostgreSQL and S3 in a folder that is kept from run to run: the values of ``testing.services.running``."""
        self.say("Starting PostgreSQL and the object store ...")
        return self._open.enter_context(running(settings_apart(self.folder / "stack")))

    @cached_property
    def watched(self) -> Services:
        """The processes of the services, for measuring their processor time and traffic."""
        return Services(self.services["CEREBRO_STATE_DIR"])

    @cached_property
    def airflow(self) -> Airflow:
        """The whole stack in a new folder, with the sample landing zone restored once.

        The arrival watch is off: it would start runs of its own whenever the ledger is emptied, and the runs that are
        measured would wait for them, half a minute each time.
        """
        self.say("Starting Airflow with the sample data ...")
        folder = self.folder / "airflow"
        shutil.rmtree(folder, ignore_errors=True)
        product = {"CEREBRO_ARRIVAL_SECONDS": "0"}
        return Airflow(self._open.enter_context(running(settings_apart(folder), airflow=True, product=product)))

    @cached_property
    def rounds(self) -> list[Round]:
        """The rounds on the sample landing zone; two sections read them."""
        return restore_rounds(self.airflow, self.scratch, self.scale.repeats, self.say)

    @contextmanager
    def site(self, landing_zone: str | None = None) -> Iterator[Site]:
        """Open a new warehouse with quarantine, and remove them at the end.

        Args:
            landing_zone: a kept bucket, which must not be written to; none means a new one.
        """
        site = make_site(Site, self.services, landing_zone)
        try:
            yield site
        finally:
            site.remove_bucket(site.quarantine_bucket)
            if not landing_zone:
                site.remove_bucket(site.bucket)
            site.drop_database()

    def landing_zone(self, readings: int, objects: int) -> str:
        """Return the name of a bucket with so many readings in so many objects, written once and kept."""
        bucket = write_landing_zone(self.services, readings, objects, self.say)
        self.list_once(bucket)
        return bucket

    def list_once(self, bucket: str) -> None:
        """List the bucket once: the object store then remembers the ETags of files that were put into its folder."""
        client = object_store(self.services).client()
        # The store reads a folder again after a second.
        client.get_waiter("bucket_exists").wait(Bucket=bucket, WaiterConfig={"Delay": 1, "MaxAttempts": 10})
        list(list_objects(client, bucket, ""))

    def compare(
        self,
        candidates: Mapping[str, Callable[..., object]],
        repeats: int | None = None,
        prepare: Callable[[], AbstractContextManager[object]] | None = None,
    ) -> dict[str, measure.Sample]:
        """``measure.compare`` with this run's number of repeats, progress and watched services."""
        return measure.compare(candidates, repeats or self.scale.repeats, prepare, self.watched, self.say)
