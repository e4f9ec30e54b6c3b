"""A site and the model of it: each operation is done to both, and both are compared."""

from __future__ import annotations

import json
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from include.cerebro.checking.conservation import check_conservation
from include.cerebro.formats.rules import DEFAULT_RULES
from include.cerebro.maintenance.release.request import DecisionImpossibleError
from include.cerebro.maintenance.retention.minutes import drop_minutes, move_horizon
from include.cerebro.maintenance.retention.quarantine import retire_quarantine
from include.cerebro.maintenance.retention.superseded import retire_superseded
from include.cerebro.platform.transactions import TransactionConnection
from include.cerebro.zones.places import Place
from tests.integration.helpers import READING_COLUMNS, Site, parquet
from tests.integration.test_forget_hero import forget
from tests.integration.test_released_rows import decide
from tests.integration.test_reprocess import OTHER_RULES, reprocess
from tests.oracle.content import mean
from tests.oracle.landing import dataset_of
from tests.oracle.operations import Model, NotReleasedError
from tests.oracle.values import Rules, minute_of
from tests.oracle.warehouse import compare, differences

RULES = {
    "default": Rules(),
    "other": Rules(missing=OTHER_RULES.missing, plausible=dict(OTHER_RULES.plausible)),
}
FORMAT_RULES = {"default": DEFAULT_RULES, "other": OTHER_RULES}
# After every load.
LATER = datetime(2100, 1, 1, tzinfo=UTC)
# Heroes whose names are in nothing else, in several spellings.
SPELLINGS = {"zorg": ["Zorg", "zorg", " ZORG", "Z.org"], "quux": ["quux", "Quux", "q_u_u_x"], "vexx": ["Vexx", "VEXX"]}
HEROES = [spelling for spellings in SPELLINGS.values() for spelling in spellings]
KEYS = {
    "biometrics": ["biometrics.parquet", "biometrics/a b.parquet", "biometrics/c.parquet"],
    "heroes": ["heroes.csv", "heroes/b.csv"],
    "missions": ["mission_logs.json", "mission_logs/b.json"],
}
BASE = parquet([(f"2025-05-31 12:{n % 60:02d}:00", "Base", 80, 20, n) for n in range(600)])
# A clock that was two hundred years slow.
SHIFT = datetime(2025, 1, 1, tzinfo=UTC) - datetime(1825, 1, 1, tzinfo=UTC)

BOOKS = "select object_key, load_id, rows_in, rows_loaded, rows_rejected from raw.current_loads"
REJECTED = """
    select object_key, reason, rows, quarantine_key from raw.rejections join raw.current_loads using (load_id)
"""
RECORDS = """
    select object_key, row_number, coalesce(fields, record) ->> '{}'
    from raw.{} join raw.current_loads using (load_id)
"""
HOURS = """
    select hero_id, sum(reading_count)::bigint from raw.load_hours join raw.current_loads using (load_id) group by 1
"""


class KilledError(BaseException):
    """The process is killed."""


@dataclass
class Pair:
    """A site and its model."""

    site: Site
    model: Model = field(default_factory=lambda: Model(RULES))
    number: int = 0
    log: list[str] = field(default_factory=list)

    # Operations: each takes a source of chances, so that it can be repeated.

    def load(self, chance: random.Random) -> Callable[[], object]:
        """Deliver up to three objects and load them, in parts of any size."""
        for _ in range(chance.randint(0, 3)):
            dataset = chance.choice(["biometrics"] * 4 + ["heroes", "missions"])
            key = chance.choice(KEYS[dataset])
            known = [body for its, body in self.model.zone.items() if dataset_of(its) == dataset and body != BASE]
            body = chance.choice(known) if known and chance.random() < 0.3 else make(dataset, chance)
            if self.model.deliver(key, body):
                self.site.put(key, body)
        if chance.random() < 0.2:
            # A lifecycle rule.
            key = chance.choice(sorted(self.model.zone))
            self.model.zone.pop(key)
            self.site.remove(key)
        self.site.changed["part_objects"] = chance.randint(1, 3)
        self.model.load()
        return self.site.load

    def change_rules(self, _: random.Random) -> Callable[[], object]:
        """Judge by the other rules from now on."""
        self.model.change_rules("default" if self.model.rule == "other" else "other")
        self.site.zone_fields = {"rules": FORMAT_RULES[self.model.rule]}
        return lambda: None

    def reprocess(self, chance: random.Random) -> Callable[[], object]:
        """Load again what is in force."""
        choice = {"only_older_rules": chance.random() < 0.5, "include_released": chance.random() < 0.5}
        wanted = self.model.reprocess(self.holders(), **choice)

        def run() -> None:
            run_id = f"reprocess {self.number}"
            outcome = reprocess(self.site, rules=FORMAT_RULES[self.model.rule], run_id=run_id, **choice)
            assert outcome["objects"] == wanted, outcome

        return run

    def release(self, chance: random.Random) -> Callable[[], object]:
        """Release the rows of an object that were rejected for one reason, if there are any."""
        rejected = [
            (key, body, reason)
            for key, body in sorted(self.holders().items())
            if self.model.in_force[body].dataset == "biometrics"
            for reason in sorted(self.model.in_force[body].reasons())
        ]
        if not rejected:
            return lambda: None
        key, body, reason = chance.choice(rejected)
        hero_id = chance.choice(HEROES) if reason == "missing_hero_id" or chance.random() < 0.1 else ""
        shift = SHIFT if reason == "implausible_timestamp" else timedelta(0)
        self.log.append(f"  {key} {reason} {hero_id}")
        wanted: int | None = None
        try:
            wanted = self.model.release(body, reason, hero_id, shift)
        except NotReleasedError:
            self.log.append("  is impossible")

        def run() -> None:
            def release() -> dict[str, Any]:
                return decide(
                    self.site, reason=reason, key=key, run_id=f"release {self.number}", hero_id=hero_id,
                    shift_seconds=shift.total_seconds(),
                )  # fmt: skip

            if wanted is None:
                with pytest.raises(DecisionImpossibleError):
                    release()
            else:
                assert release()["rows_released"] == wanted

        return run

    def discard(self, chance: random.Random) -> Callable[[], object]:
        """Discard rejected rows of an object, which changes nothing but the list of what waits."""
        rows = self.site.rows(REJECTED + " order by 1, 2")
        if not rows:
            return lambda: None
        key, reason, _, _ = chance.choice(rows)

        def run() -> None:
            try:
                decide(self.site, "discard", reason=reason, key=key, run_id=f"discard {self.number}")
            except DecisionImpossibleError as error:
                if "discarded already" not in str(error):
                    raise

        return run

    def forget(self, chance: random.Random) -> Callable[[], object]:
        """Forget a hero."""
        hero_id = chance.choice(HEROES)
        self.log.append(f"  {hero_id}")
        self.model.forget(hero_id)
        return lambda: forget(self.site, hero_id, f"forget {self.number}")

    def retain(self, chance: random.Random) -> Callable[[], object]:
        """Move the horizon of the marts, and drop the minutes before it."""
        until = datetime(2025, chance.randint(1, 5), 1, tzinfo=UTC)
        drop = chance.random() < 0.7
        self.log.append(f"  until {until:%B}{', dropped' if drop else ''}")
        self.model.retire(until, drop=drop)

        def run() -> None:
            move_horizon(self.site.warehouse, until, f"retain {self.number}", months=12)
            self.site.transform()
            if drop:
                drop_minutes(self.site.warehouse, until, f"retain {self.number}")

        return run

    def retire_superseded(self, _: random.Random) -> Callable[[], object]:
        """Drop what is superseded, as far as it is transformed."""
        return lambda: retire_superseded(self.site.warehouse, LATER, f"superseded {self.number}")

    def retire_quarantine(self, _: random.Random) -> Callable[[], object]:
        """Drop what the quarantine has."""
        self.model.empty_quarantine()
        place = Place.parse(self.site.quarantine_bucket)
        run_id = f"quarantine {self.number}"
        return lambda: retire_quarantine(self.site.warehouse, self.site.store, place, LATER, run_id)

    def transform(self, _: random.Random) -> Callable[[], object]:
        """Bring the tables up to date."""
        return self.site.transform

    def do(self, name: str, seed: int, *, is_killed: bool = False) -> None:
        """Do one operation, perhaps after it was killed, and compare."""
        self.number += 1
        self.log.append(f"{self.number}. {name} {seed}{' killed' if is_killed else ''}")
        chance = random.Random(seed)
        run = getattr(self, name)(chance)
        if is_killed:
            with killing(chance):
                run()
            self.check_books()
        run()
        self.check()
        if name == "transform":
            self.check_tables()

    # Comparison

    def holders(self) -> dict[str, bytes]:
        """The bytes in force by the key that holds them."""
        keys = [row[0] for row in self.site.rows(BOOKS)]
        held = {key: self.model.current[key] for key in keys if key in self.model.current}
        assert len(held) == len(keys) == len(self.model.in_force), (keys, sorted(self.model.current))
        assert set(held.values()) == set(self.model.in_force)
        return held

    def check_books(self) -> None:
        """Every load is whole, and no reading is lost or there twice."""
        assert self.site.rows("select * from raw.loads where rows_in <> rows_loaded + rows_rejected") == []
        check_conservation(self.site.warehouse, f"check {self.number}")

    def check(self) -> None:
        """Compare ledger, raw and quarantine with the model."""
        self.check_books()
        model, held = self.model, self.holders()
        books = {key: tuple(counts) for key, _, *counts in self.site.rows(BOOKS)}
        assert books == {key: model.in_force[body].counts() for key, body in held.items()}
        kept: dict[str, Counter[str]] = defaultdict(Counter)
        reasons: dict[str, Counter[str]] = defaultdict(Counter)
        files: dict[str, str] = {}
        for key, reason, rows, quarantine_key in self.site.rows(REJECTED):
            reasons[key][reason] += rows
            if quarantine_key:
                kept[key][reason] += rows
                files[key] = quarantine_key
        assert reasons == {key: its for key, body in held.items() if (its := model.in_force[body].reasons())}
        wanted = {
            key: Counter(it.reason for it in model.in_force[body].rejected.values() if it.is_kept)
            for key, body in held.items()
        }
        assert kept == {key: its for key, its in wanted.items() if its}
        there = self.site.quarantined() if files else {}
        for key, file in files.items():
            rows = sorted((row["row_number"], row["reason"]) for row in there[file])
            version = model.in_force[held[key]]
            if version.dataset == "biometrics":
                assert rows == sorted((n, it.reason) for n, it in version.rejected.items() if it.is_kept), key
            else:
                assert Counter(reason for _, reason in rows) == wanted[key], key
        for dataset, name in (("heroes", "hero_id"), ("missions", "hero_ids")):
            records = {(key, n): value for key, n, value in self.site.rows(RECORDS.format(name, dataset))}
            assert {place: comparable(value) for place, value in records.items()} == {
                (key, number): comparable(record.get(name))
                for key, body in held.items()
                if model.in_force[body].dataset == dataset
                for number, record in model.in_force[body].accepted.items()
            }
        self.check_minutes()

    def check_minutes(self) -> None:
        """Compare minutes and hours of raw with the model's readings."""
        dropped = self.model.dropped
        wanted = merged(self.model.readings(dropped))
        names = list(next(iter(merged(self.model.readings())))) if wanted else []
        there = [dict(zip(names, row, strict=True)) for row in self.site.merged_minutes()]
        there = [row for row in there if dropped is None or row["minute_at"] >= dropped]
        assert compare("raw", wanted, there, ("hero_id", "minute_at")) == []
        hours = Counter(it.hero_id for it in self.model.readings())
        assert dict(self.site.rows(HOURS)) == hours

    def check_tables(self) -> None:
        """Compare all tables with the calculation, after a transformation; who was forgotten is nowhere."""
        found = differences(self.model.expected(self.holders()), self.site.warehouse_uri)
        assert found == [], found
        if self.model.forgotten:
            assert self.mentions() == {}

    def mentions(self) -> dict[str, list[str]]:
        """Every row of the database and of the quarantine that names a hero who was forgotten."""
        gone = {spelling.strip().lower() for key in self.model.forgotten for spelling in SPELLINGS[key]}
        names = self.site.rows(
            "select format('%I.%I', nspname, relname)"
            " from pg_class join pg_namespace on relnamespace = pg_namespace.oid"
            " where relkind in ('r', 'p', 'm') and nspname !~ '^pg_|information_schema'"
        )
        found: dict[str, list[str]] = {}
        query = "select t::text from {} as t where t::text ~* %s"
        for (name,) in names:
            pattern = "|".join(spelling.replace(".", "[.]") for spelling in sorted(gone))
            found[name] = [row for (row,) in self.site.rows(query.format(name), [pattern])]
        for key, rows in self.site.quarantined().items():
            found[key] = [str(row) for row in rows if any(spelling in str(row).lower() for spelling in gone)]
        return {name: rows for name, rows in found.items() if rows}

    def finish(self) -> None:
        """Load what other rules may accept now, transform, compare all, and run once more: nothing is written."""
        self.model.load()
        self.site.load()
        self.check()
        self.do("transform", 0)
        before = self.site.rows("select load_id, xmin::text from raw.loads where status <> 'failed' order by 1")
        self.site.load()
        assert self.site.rows("select load_id, xmin::text from raw.loads where status <> 'failed' order by 1") == before
        assert not self.site.plan().is_needed


def merged(readings: Any) -> list[dict[str, Any]]:
    """One row for each hero, as delivered, and minute."""
    groups = defaultdict(list)
    for reading in readings:
        groups[reading.hero_id, minute_of(reading.at)].append(reading)
    rows = []
    for (hero_id, minute_at), own in groups.items():
        row: dict[str, Any] = {"hero_id": hero_id, "minute_at": minute_at, "reading_count": len(own)}
        for measure in READING_COLUMNS[2:]:
            values = [value for reading in own if (value := getattr(reading, measure)) is not None]
            row[measure] = mean(values)
            row[f"{measure}_min"], row[f"{measure}_max"] = min(values, default=None), max(values, default=None)
        rows.append(row)
    return rows


def comparable(value: Any) -> Any:
    """A hero id, or the ids of a crew, as they are understood."""
    if isinstance(value, str) and value.startswith("["):
        value = json.loads(value)
    return [its.strip() for its in value] if isinstance(value, list) else (value or "").strip()


@contextmanager
def killing(chance: random.Random) -> Iterator[None]:
    """Kill what is done at one of its commits, before or after it; some is through before."""
    commit = TransactionConnection.commit
    left, is_after = chance.randint(1, 6), chance.random() < 0.5

    def dying(connection: TransactionConnection) -> None:
        nonlocal left
        left -= 1
        if left == 0 and is_after:
            commit(connection)
        if left <= 0:
            raise KilledError
        commit(connection)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionConnection, "commit", dying, raising=False)
        with suppress(KilledError):
            yield


def make(dataset: str, chance: random.Random) -> bytes:
    """A random object, with all kinds of dirt."""
    if chance.random() < 0.08:
        return b"PAR1" if dataset == "biometrics" else b""
    if dataset == "heroes":
        rows = [
            f"{chance.choice([*HEROES, 'n/a', 'Thor'])},,x,196{chance.randint(0, 9)}"
            for _ in range(chance.randint(1, 4))
        ]
        return "\n".join(["hero_id,name,alter_ego,first_appearance", *rows, ""]).encode()
    if dataset == "missions":
        missions = [
            {
                "mission_id": (mission_id := chance.choice(["M1", "M2", "M3", None])),
                "hero_ids": [chance.choice([*HEROES, "Thor"]) for _ in range(chance.randint(0, 3))]
                if mission_id
                else [],
                "timestamp": f"2025-0{chance.randint(1, 5)}-10T12:0{chance.randint(0, 2)}:30Z",
                "outcome": chance.choice(["Successful", "Failed"]),
                "damage_report": {"structural_damage": chance.choice([0, 20_000])},
            }
            for _ in range(chance.randint(1, 4))
        ]
        return json.dumps(missions).encode()
    return parquet([reading(chance) for _ in range(chance.randint(1, 12))])


def reading(chance: random.Random) -> tuple[Any, ...]:
    """A random reading."""
    year = 1825 if chance.random() < 0.15 else 2025
    at = f"{year}-0{chance.randint(1, 4)}-10 12:0{chance.randint(0, 2)}:{chance.randint(0, 59):02d}"
    hero_id = chance.choice([*HEROES, "Thor", "nobody", "n/a", None, None])
    rate = chance.choice([None, 80.0, 120.0, 250.0, 400.0])
    return (
        (None if chance.random() < 0.05 else at),
        hero_id,
        rate,
        chance.choice([None, None, 20.0]),
        chance.choice([None, 100.0, -1.0]),
    )
