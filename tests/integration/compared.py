"""A site beside the model of it: what the ledger, raw, the quarantine and all tables hold is what the model says."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from include.cerebro.checking.conservation import check_conservation
from include.cerebro.formats.rules import DEFAULT_RULES
from tests.integration.deliveries import SPELLINGS
from tests.integration.helpers import READING_COLUMNS, Site
from tests.integration.test_reprocess import OTHER_RULES
from tests.oracle.content import mean
from tests.oracle.operations import ERASED, REPEATED, Model
from tests.oracle.values import Rules, minute_of
from tests.oracle.warehouse import REJECTIONS, compare, differences, query

RULES = {
    "default": Rules(),
    "other": Rules(missing=OTHER_RULES.missing, plausible=dict(OTHER_RULES.plausible)),
}
FORMAT_RULES = {"default": DEFAULT_RULES, "other": OTHER_RULES}

BOOKS = "select object_key, load_id, rows_in, rows_loaded, rows_rejected from raw.current_loads"
REJECTED = """
    select object_key, reason, rows, quarantine_key from raw.rejections join raw.current_loads using (load_id)
"""
RECORDS = """
    select object_key, row_number, coalesce(fields, record) ->> '{}'
    from raw.{} join raw.current_loads using (load_id)
"""
HOURS = """
    select hero_id, sum(reading_count)::bigint from raw.load_hours join raw.current_loads using (load_id)
    where %(since)s::timestamptz is null or hour_at >= %(since)s group by 1
"""
# Loads whose objects were read, and rows of which nobody has released.
READ = """
    select object_key, load_id from raw.current_loads
    where duplicate_of is null
        and not exists (
            select from raw.quarantine_decisions as decisions
            where decisions.load_id = current_loads.load_id and decisions.action = 'release'
        )
"""
INSTANTS = """
    select object_key, hero_id, minute_at + unnest(offsets) * interval '1 microsecond'
    from raw.instants join raw.current_loads using (load_id)
"""
LEFT = """
    select object_key from meta.erasure_objects
    where erasure_id = (select max(erasure_id) from raw.erasures) order by object_key
"""


@dataclass
class Compared:
    """A site and its model."""

    site: Site
    model: Model = field(default_factory=lambda: Model(RULES))
    number: int = 0
    # The loads that were looked at.
    known: set[int] = field(default_factory=set)
    # How many objects were written again after erasures.
    rewritten: int = 0

    @property
    def rejects_repeats(self) -> bool:
        """Whether a reading of a hero and instant that is in force already is rejected."""
        return self.model.overlap == "reject"

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
        if self.rejects_repeats:
            self.settle(held)
        books = {key: tuple(counts) for key, _, *counts in self.site.rows(BOOKS)}
        assert self.without_repeats(books) == self.without_repeats(
            {key: model.in_force[body].counts() for key, body in held.items()}
        )
        kept: dict[str, Counter[str]] = defaultdict(Counter)
        reasons: dict[str, Counter[str]] = defaultdict(Counter)
        files: dict[str, str] = {}
        for key, reason, rows, quarantine_key in self.site.rows(REJECTED):
            reasons[key][reason] += rows
            if quarantine_key:
                kept[key][reason] += rows
                files[key] = quarantine_key
        assert self.others(reasons) == self.others({key: model.in_force[body].reasons() for key, body in held.items()})
        wanted = {
            key: Counter(it.reason for it in model.in_force[body].rejected.values() if it.is_kept)
            for key, body in held.items()
        }
        assert self.others(kept) == self.others(wanted)
        there = self.site.quarantined() if files else {}
        for key, file in files.items():
            rejected = model.in_force[held[key]].rejected
            rows = sorted((row["row_number"], row["reason"]) for row in there[file] if self.is_other(row["reason"]))
            assert rows == sorted(
                (n, it.reason) for n, it in rejected.items() if it.is_kept and self.is_other(it.reason)
            )
        for dataset, name in (("heroes", "hero_id"), ("missions", "hero_ids")):
            records = {(key, n): value for key, n, value in self.site.rows(RECORDS.format(name, dataset))}
            assert {place: comparable(value) for place, value in records.items()} == {
                (key, number): comparable(record.get(name))
                for key, body in held.items()
                if model.in_force[body].dataset == dataset
                for number, record in model.in_force[body].accepted.items()
            }
        self.check_minutes()

    # Where repeated readings are rejected, nobody says of which objects. Those of a hero who was forgotten leave the
    # rows that were loaded, or those that were rejected. So these counts are compared in their sum.

    def is_other(self, reason: str) -> bool:
        """Whether it is known how many rows are rejected for this reason."""
        return not self.rejects_repeats or reason not in (REPEATED, ERASED)

    def others(self, counts: Mapping[str, Counter[str]]) -> dict[str, dict[str, int]]:
        """The rejected rows of each key, as far as it is known how many."""
        known = {key: {reason: n for reason, n in its.items() if self.is_other(reason)} for key, its in counts.items()}
        return {key: its for key, its in known.items() if its}

    def without_repeats(self, books: dict[str, tuple[int, ...]]) -> dict[str, tuple[int, ...]]:
        """Rows in, loaded and rejected of each key, as far as they are known."""
        return {key: counts[:1] for key, counts in books.items()} if self.rejects_repeats else books

    def settle(self, held: dict[str, bytes]) -> None:
        """Tell the model what was loaded again, and whose readings are in force: each instant once."""
        for key, load_id in self.site.rows(READ):
            if load_id not in self.known:
                self.model.judge_again(key)
        self.known = {load_id for _, load_id, *_ in self.site.rows(BOOKS)}
        instants = self.site.rows(INSTANTS)
        holders = {(hero_id, at): held[key] for key, hero_id, at in instants}
        assert len(holders) == len(instants), "an instant is in force twice"
        self.model.settle(holders, held)

    def check_minutes(self) -> None:
        """Compare minutes and hours of raw with the model's readings."""
        dropped = self.model.dropped
        wanted = merged(self.model.readings(dropped))
        names = list(next(iter(merged(self.model.readings())))) if wanted else []
        there = [dict(zip(names, row, strict=True)) for row in self.site.merged_minutes()]
        there = [row for row in there if dropped is None or row["minute_at"] >= dropped]
        assert compare("raw", wanted, there, ("hero_id", "minute_at")) == []
        # Of minutes that have left, nothing says which readings were repeated ones.
        since = dropped if self.rejects_repeats else None
        hours = Counter(it.hero_id for it in self.model.readings(since))
        assert dict(self.site.rows(HOURS, {"since": since})) == hours

    def check_tables(self) -> None:
        """Compare all tables with the calculation, after a transformation; who was forgotten is nowhere."""
        expected = self.model.expected(self.holders())
        if self.rejects_repeats:
            books = query(self.site.warehouse_uri, BOOKS)
            expected.loads = {
                row["object_key"]: (row["rows_in"], row["rows_loaded"], row["rows_rejected"]) for row in books
            }
            reasons = query(self.site.warehouse_uri, REJECTIONS)
            expected.rejections = Counter({(row["dataset"], row["reason"]): row["rows"] for row in reasons})
        found = differences(expected, self.site.warehouse_uri)
        assert found == [], found
        if self.model.forgotten:
            assert self.mentions() == {}

    def check_rewritten(self) -> None:
        """Tell the model which objects were written again after an erasure; those that hold the hero yet are listed."""
        for key, body in self.site.contents().items():
            if body != self.model.zone[key]:
                self.model.rewrite(key, body)
                self.rewritten += 1
        left = {key for (key,) in self.site.rows(LEFT)}
        for key, body in self.model.zone.items():
            if self.model.current.get(key) == body and key not in left:
                assert not self.model.holds_last_forgotten(key), key

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
