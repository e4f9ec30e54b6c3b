"""A site beside the model of it: what the ledger, raw, the quarantine and all tables hold is what the model says."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from include.cerebro.checking.conservation import check_conservation
from include.cerebro.formats.rules import DEFAULT_RULES
from tests.integration.deliveries import SPELLINGS
from tests.integration.helpers import READING_COLUMNS, Site
from tests.integration.test_reprocess import OTHER_RULES
from tests.oracle.content import mean
from tests.oracle.operations import Model
from tests.oracle.values import Rules, minute_of
from tests.oracle.warehouse import compare, differences

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
    select hero_id, sum(reading_count)::bigint from raw.load_hours join raw.current_loads using (load_id) group by 1
"""


@dataclass
class Compared:
    """A site and its model."""

    site: Site
    model: Model = field(default_factory=lambda: Model(RULES))
    number: int = 0

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
