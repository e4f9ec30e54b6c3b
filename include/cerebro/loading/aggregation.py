"""The DuckDB side of a biometrics load: aggregates readings to one minute, counts them and checks the counts."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING

import duckdb

from include.cerebro.formats.parquet import MEASURES, Layout, read_layouts, url
from include.cerebro.formats.parquet_schema import Column
from include.cerebro.formats.readings import set_rules, use_layout, with_few_values
from include.cerebro.formats.records import nothing_accepted
from include.cerebro.formats.row_groups import largest_row_group, local_copy, read_page_by_page, too_large
from include.cerebro.formats.rules import DEFAULT_RULES, FormatRules
from include.cerebro.landing.prefetch import prefetch
from include.cerebro.ledger.erasures import ERASED, Erasures
from include.cerebro.ledger.loads import ObjectTotals
from include.cerebro.loading import extra_columns, quarantine
from include.cerebro.loading.minutes import copy_hours, copy_minutes
from include.cerebro.loading.rejected_readings import RejectedReadings
from include.cerebro.loading.repeats import RepeatedReadings
from include.cerebro.loading.result import ObjectSummary
from include.cerebro.platform.errors import BadObjectError, NotConservedError
from include.cerebro.platform.object_store import StoredObject
from include.cerebro.platform.sql import read_sql

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2 names its classes in lower case

    from include.cerebro.loading.site import LoadSite
    from include.cerebro.platform.warehouse import Warehouse

log = logging.getLogger(__name__)

# Objects of fewer bytes, on average, are not asked for their columns of few values. Processor time of a load of 5
# million readings with the question and without it: 64 objects of 730 kB 1.39 s and 1.58 s, 150 of 310 kB 1.71 s and
# 1.85 s, 300 of 156 kB 1.81 s and 1.88 s, 600 of 78 kB 2.36 s and 2.30 s.
ASKED_BYTES = 128 * 1024


class Aggregation:
    """The one-minute aggregates of some objects of one bucket, in a DuckDB connection of their own.

    Attributes:
        objects: the objects; ``run`` reads each of them once.
        bad: the objects whose columns cannot be used, each with what is wrong.
        summaries: the counts of the other objects, by key.
        repeats: what rejects readings that are in force already; None where they count.
        last_erasure: the last erasure that is taken into account.
    """

    def __init__(
        self,
        duck: duckdb.DuckDBPyConnection,
        bucket: str,
        objects: Sequence[StoredObject],
        fetchers: Sequence[duckdb.DuckDBPyConnection] = (),
        rules: FormatRules = DEFAULT_RULES,
        repeats: RepeatedReadings | None = None,
        erasures: Callable[[], Erasures] | None = None,
    ) -> None:
        """Prepare an aggregation.

        Args:
            duck: the connection to aggregate in.
            bucket: the objects' bucket.
            objects: the objects to aggregate.
            fetchers: connections of the same session; if there are any, they fetch the objects whole first.
            rules: how values are understood.
            repeats: rejects readings that are in force already; with it, the part is aggregated in its turn.
            erasures: returns the erasures of this moment; none means that no hero was ever forgotten.
        """
        self.objects = objects
        self.bad: dict[StoredObject, BadObjectError] = {}
        self.summaries: dict[str, ObjectSummary] = {}
        self._duck = duck
        self._fetchers = fetchers
        self._bucket = bucket
        self._url = {stored.key: url(bucket, stored) for stored in objects}
        self._rules = rules
        self._layout: dict[str, Layout] = {}
        self._columns: dict[str, tuple[Column, ...]] = {}
        self._few_values: set[str] = set()
        self.repeats = repeats
        self._md5: dict[str, str] = {}
        self.last_erasure = 0
        self._find_erasures = erasures
        self._erasures: Erasures | None = None
        self._erased: set[str] = set()
        self._local_copy: IO[bytes] | None = None
        self._rejected = RejectedReadings(duck)

    def run(self, client: S3Client | None = None) -> None:
        """Aggregate all objects.

        Args:
            client: copies an object with a large row group to the local disk; without it, it is read page by page.

        Raises:
            duckdb.Error: an object cannot be read.
            NotConservedError: the number of readings differs from that in the objects' footers.
        """
        started = time.monotonic()
        self._erasures = self._find_erasures() if self._find_erasures else None
        self.last_erasure = self._erasures.last if self._erasures else 0
        self._set_erased()
        if self._fetchers:
            self._md5 = prefetch(self._fetchers, list(self._url.values()))
        layouts = read_layouts(self._duck, self.objects, self._bucket)
        self.bad = dict(layouts.bad)
        self._columns = {stored.key: columns for stored, columns in layouts.columns.items()}
        text_instants = any(layout.has_text_instants for layout in layouts.groups)
        set_rules(self._duck, self._rules, datetime.now(UTC), text_instants=text_instants)
        self._execute("nothing_repeated")
        large = largest_row_group(self._duck, self.objects, [self._url[stored.key] for stored in self.objects])
        if large:
            self._prepare_large(client, large)
        self._few_values = self._find_few_values()
        steps = ["aggregate", "delivered_heroes", "judge"]
        try:
            self._aggregate(layouts.groups, [*steps, "instants"] if self.repeats else steps)
        except duckdb.OutOfMemoryException:
            # An object with such a row group has a part of its own.
            if not large or len(self.objects) > 1:
                raise
            self.bad = {stored: too_large(stored, large) for stored in self.objects}
            return
        self.summaries = self._summarise()
        self._check_conserved()
        self._refuse_useless()
        usable = [stored for stored in self.objects if stored.key in self.summaries]
        if self.repeats and self.repeats.find(self._duck, usable):
            self._aggregate(layouts.groups, steps)
            self.summaries = {key: it for key, it in self._summarise().items() if key in self.summaries}
        log.info("Read and aggregated %d objects in %.1f s", len(self.objects), time.monotonic() - started)

    def _prepare_large(self, client: S3Client | None, size_bytes: int) -> None:
        log.warning("A row group has %.0f MB, which is read more slowly", size_bytes / 1e6)
        if client and not self._fetchers and len(self.objects) == 1:
            [stored] = self.objects
            self._local_copy = local_copy(client, self._bucket, stored)
            if self._local_copy:
                self._url[stored.key] = self._local_copy.name
                return
        read_page_by_page(self._duck)

    def _find_few_values(self) -> set[str]:
        usable = [stored for stored in self.objects if stored not in self.bad]
        if sum(stored.size_bytes for stored in usable) <= len(usable) * ASKED_BYTES:
            return set()
        return with_few_values(self._duck, [self._url[stored.key] for stored in usable])

    def proven(self) -> set[StoredObject]:
        """Return the objects that are proven to have been the listed version whenever they were read.

        They were fetched whole, their ETag is the MD5 of what came, and later reads were served by the cache.
        """
        by_url = {self._url[stored.key]: stored for stored in self.objects}
        fetched = {its_url: by_url[its_url] for its_url, md5 in self._md5.items() if md5 == by_url[its_url].etag}
        if not fetched:
            return set()
        kept = self._duck.execute(
            read_sql("landing/fully_cached.sql"),
            [list(fetched), [stored.size_bytes for stored in fetched.values()]],
        ).fetchall()
        return {fetched[its_url] for (its_url,) in kept}

    def columns(self, keys: Iterable[str]) -> dict[str, dict[str, str]]:
        """Return the types of columns by name, in DuckDB's words, of one object for all that have the same columns."""
        examples = {self._columns[key]: key for key in keys}
        return {key: {column.name: column.type for column in columns} for columns, key in examples.items()}

    def interrupt(self) -> None:
        """Make ``run``, in another thread, end soon with an error. Does nothing if it is not running."""
        for connection in (self._duck, *self._fetchers):
            # A closed connection has nothing to interrupt.
            with suppress(duckdb.ConnectionException):
                connection.interrupt()

    def close(self) -> None:
        """Release memory and disk."""
        if self._local_copy:
            self._local_copy.close()
        for connection in (self._duck, *self._fetchers):
            connection.close()

    def _aggregate(self, groups: Mapping[Layout, Sequence[StoredObject]], steps: Sequence[str]) -> None:
        self._execute("minutes")
        fell_together = False
        for layout, members in groups.items():
            self._layout |= {stored.key: layout for stored in members}
            self._use_layout(members[0])
            self._duck.execute("set variable urls = ?", [[self._url[stored.key] for stored in members]])
            for step in steps:
                self._execute(step)
                if step == "delivered_heroes":
                    self._reject_erased()
            fell_together |= bool(self._execute("fell_together").fetchall()[0][0])
        if fell_together:
            self._execute("merge_minutes")

    def _execute(self, step: str) -> duckdb.DuckDBPyConnection:
        return self._duck.execute(read_sql(f"loading/biometrics/{step}.sql"))

    def _use_layout(self, stored: StoredObject) -> None:
        names = [column.name for column in self._columns[stored.key]]
        use_layout(self._duck, self._layout[stored.key], names, self._rules, self._few_values)

    def _reject_erased(self) -> None:
        """Judge the ids once more if some are those of heroes who were forgotten."""
        if not self._erasures or not self._erasures.last:
            return
        ids = self._duck.execute("select distinct hero_id from delivered_heroes where reason is null").fetchall()
        erased = self._erasures.among(hero_id for (hero_id,) in ids)
        if erased:
            self._erased |= erased
            self._set_erased()
            self._execute("delivered_heroes")

    def _set_erased(self) -> None:
        self._duck.execute("set variable erased_heroes = cast(? as varchar[])", [sorted(self._erased)])

    def _summarise(self) -> dict[str, ObjectSummary]:
        # An object without readings has no row in minutes.
        by_url = {self._url[key]: ObjectSummary() for key in self._layout}
        totals = self._execute("object_totals").fetchall()
        for its_url, rows_loaded, rows_rejected, *invalid in totals:
            by_url[its_url].totals = ObjectTotals(rows_loaded, rows_rejected)
            by_url[its_url].invalid_measures = {
                measure: readings for measure, readings in zip(MEASURES, invalid, strict=True) if readings
            }
        for its_url, reason, readings in self._execute("rejections").fetchall():
            by_url[its_url].rejected[reason] = readings
        return {key: by_url[self._url[key]] for key in self._layout}

    def _check_conserved(self) -> None:
        urls = {self._url[key]: key for key in self._layout}
        if not urls:
            return
        expected = self._duck.execute(
            "select file_name, num_rows from parquet_file_metadata(?)", [list(urls)]
        ).fetchall()
        for its_url, rows in expected:
            read = sum(self.summaries[urls[its_url]].totals)
            if read != rows:
                raise NotConservedError(
                    f"{urls[its_url]}: its footer counts {rows} readings, {read} were read. "
                    "Nothing of this part is loaded. Clear the task to load it again."
                )

    def _refuse_useless(self) -> None:
        """Fail the objects of which nothing was accepted, unless their sensors were off or their heroes forgotten."""
        for stored in self.objects:
            summary = self.summaries.get(stored.key)
            if not summary or summary.totals.rows_loaded or ERASED in summary.rejected:
                continue
            if set(summary.rejected) - {"no_usable_measure"}:
                self.bad[stored] = nothing_accepted(stored.key, summary.rejected)
                del self.summaries[stored.key]

    def quarantine(self, site: LoadSite, stored: StoredObject) -> str:
        """Write the object's rejected readings to the quarantine and return their key."""
        if stored.key not in self._rejected:
            self._use_layout(stored)
            self._rejected.keep(self._rejected_together(stored), self._url)
        query, parameters = self._rejected.query(stored.key, self._url[stored.key])
        key = quarantine.write(self._duck, site.quarantine_client, site.quarantine, stored, query, parameters)
        self._rejected.forget(stored.key)
        return key

    def _rejected_together(self, first: StoredObject) -> dict[str, int]:
        """Return the rejected readings, by key, of an object and of those after it that have exactly its columns."""
        after = self.objects[self.objects.index(first) :]
        alike = [
            it.key for it in after if it.key in self.summaries and self._columns[it.key] == self._columns[first.key]
        ]
        rejected = {key: sum(self.summaries[key].rejected.values()) for key in alike}
        return {key: readings for key, readings in rejected.items() if readings}

    def note_extra_columns(self, site: LoadSite, stored: StoredObject) -> None:
        """Count the columns that no table has; keep a copy of them if the landing zone rescues them."""
        summary = self.summaries[stored.key]
        if not summary.totals.rows_loaded:
            return
        columns, is_rescue = self._columns[stored.key], self._rules.extra_columns == "rescue"
        rescued = extra_columns.rescuable(columns) if is_rescue else []
        kept_as = None
        if rescued:
            query = extra_columns.query(columns, rescued)
            self._duck.execute("set variable url = ?", [self._url[stored.key]])
            self._duck.execute("set variable source_key = ?", [stored.key])
            client = site.quarantine_client
            kept_as = quarantine.write(self._duck, client, site.quarantine, stored, query, kind="rescued")
        for notice in extra_columns.notices(columns, rescued, kept_as):
            summary.notices[notice] = summary.totals.rows_loaded

    def copy(self, cursor: Cursor, warehouse: Warehouse, load_ids: dict[str, int], tables: str = "raw.") -> int:
        """COPY the claimed objects' hours into raw.load_hours and their minutes into raw.biometrics.

        Args:
            cursor: a cursor of the transaction that the ledger rows are in.
            warehouse: its warehouse.
            load_ids: load ids by object key.
            tables: what the names of the tables begin with, if the rows wait in temporary ones.

        Returns:
            The number of rows of minutes.
        """
        self._duck.execute(
            read_sql("loading/biometrics/claimed.sql"), [[self._url[key] for key in load_ids], list(load_ids.values())]
        )
        if self.repeats:
            self.repeats.copy(self._duck, cursor)
            self._record_repeated(cursor, self.repeats.repeated(self._duck))
        copy_hours(self._duck, read_sql("loading/biometrics/hour_rows.sql"), cursor, tables)
        days = [day for (day,) in self._execute("days").fetchall()]
        query = read_sql("loading/biometrics/minute_rows.sql")
        return copy_minutes(self._duck, query, cursor, warehouse, days, tables)

    def _record_repeated(self, cursor: Cursor, repeated: dict[str, list[int]]) -> None:
        cursor.execute(read_sql("ledger/record_repeated_readings.sql"), repeated)
