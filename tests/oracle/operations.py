"""What is in force after operations: loads, corrections, releases, erasures, retention, changes of rules.

Where repeated readings are rejected, the order of arrival decides which object's reading of an instant is in force. The
model is told who holds each (``settle``), and knows that somebody has to.

Written from docs/how-to, not from the code. Equal bytes of a dataset have one state, whatever keys they are under: it
begins when the first of these keys is loaded, and ends when the last of them is corrected.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from tests.oracle.calculate import Expected, fill
from tests.oracle.content import Content, Reading
from tests.oracle.identity import hero_key
from tests.oracle.landing import BrokenObjectError, dataset_of, read_object
from tests.oracle.readings import judge_reading, parquet_rows
from tests.oracle.records import judge_hero, judge_mission
from tests.oracle.texts import spelled
from tests.oracle.values import InvalidIdError, Rules, identifier

ERASED, REPEATED = "erased_hero", "duplicate_reading"
# Rows of these reasons are never released.
FINAL_REASONS = {ERASED, REPEATED}
# A hero, as delivered, and an instant.
Instant = tuple[str, datetime]


class NotReleasedError(Exception):
    """A decision about rejected rows is refused."""


@dataclass
class Rejected:
    """A rejected row: why, whether the quarantine has it, and what it is: a row of ``parquet_rows`` or a record."""

    reason: str
    is_kept: bool = True
    row: Any = None


@dataclass
class Version:
    """The bytes of an object that are in force: rows by their numbers.

    ``rows_loaded`` counts accepted rows, those that left with their hero included. Readings that others hold are
    accepted here: who holds them may change.
    """

    dataset: str
    rules: str
    accepted: dict[int, Any] = field(default_factory=dict)
    rejected: dict[int, Rejected] = field(default_factory=dict)
    rows_loaded: int = 0
    has_released_rows: bool = False

    def counts(self) -> tuple[int, int, int]:
        """Rows in, loaded and rejected, as the ledger has them."""
        return self.rows_loaded + len(self.rejected), self.rows_loaded, len(self.rejected)

    def reasons(self) -> Counter[str]:
        """The rejected rows by reason."""
        return Counter(it.reason for it in self.rejected.values())


@dataclass
class Model:
    """A landing zone and what the warehouse has of it.

    ``current`` has the bytes that each key's last load has, ``in_force`` what became of these bytes.
    """

    rules: Mapping[str, Rules]
    rule: str = "default"
    overlap: Literal["count", "reject"] = "count"
    # Whose reading is in force, where repeated ones are rejected.
    holders: dict[Instant, bytes] = field(default_factory=dict)
    zone: dict[str, bytes] = field(default_factory=dict)
    current: dict[str, bytes] = field(default_factory=dict)
    in_force: dict[bytes, Version] = field(default_factory=dict)
    # What could not be read is not read again under the same rules.
    failed: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    # The keys of heroes.
    forgotten: set[str] = field(default_factory=set)
    # The last one, unless it had been forgotten before: later deliveries stay as they are.
    last_forgotten: set[str] = field(default_factory=set)
    horizon: datetime | None = None
    # Minutes before this instant have left raw.
    dropped: datetime | None = None

    def deliver(self, key: str, body: bytes) -> bool:
        """Put an object into the landing zone, unless the order of the next load's objects would matter.

        Bytes that leave one key and come to another in one run keep what was decided about them or not.
        """
        zone = self.zone | {key: body}
        pending = {name for name, its in zone.items() if self.current.get(name) != its}
        for name in pending:
            holders = {holder for holder, its in self.current.items() if its == zone[name]}
            if holders and holders <= pending:
                return False
        self.zone = zone
        return True

    def load(self) -> None:
        """Load all that is new."""
        self.failed = {key: it for key, it in self.failed.items() if self.zone.get(key) == it[0]}
        found: dict[bytes, Version] = {}
        for key, body in self.zone.items():
            if self.current.get(key) == body or self.failed.get(key) == (body, self.rule):
                continue
            if body not in self.in_force and body not in found:
                try:
                    found[body] = self.judge(key, body)
                except BrokenObjectError:
                    self.failed[key] = (body, self.rule)
                    continue
            self.failed.pop(key, None)
            self.current[key] = body
        self.in_force |= found
        held = set(self.current.values())
        self.in_force = {body: version for body, version in self.in_force.items() if body in held}

    def judge(self, key: str, body: bytes) -> Version:
        """Read an object under today's rules, without heroes who were forgotten. Raises BrokenObjectError."""
        dataset, rules = dataset_of(key), self.rules[self.rule]
        assert dataset
        version = Version(dataset, self.rule)
        if dataset == "biometrics":
            try:
                read_object(dataset, body, rules)
            except BrokenObjectError:
                # Perhaps only because nothing of it can be used, which is judged below.
                if len(body) < 100:
                    raise
            for number, row in enumerate(parquet_rows(body, rules), start=1):
                judged = ERASED if self.names_forgotten(row[1]) else judge_reading(row, rules)
                if isinstance(judged, str):
                    version.rejected[number] = Rejected(judged, judged != ERASED, row)
                else:
                    version.accepted[number] = judged
        else:
            content = read_object(dataset, body, rules)
            for number, record in zip(content.numbers, content.understood, strict=True):
                kept = self.without_forgotten(dataset, record)
                if kept is None:
                    version.rejected[number] = Rejected(ERASED, is_kept=False)
                else:
                    version.accepted[number] = kept
            for number, (reason, record) in content.refused.items():
                version.rejected[number] = Rejected(reason, row=record)
        version.rows_loaded = len(version.accepted)
        reasons = version.reasons()
        if reasons and not version.accepted and ERASED not in reasons and set(reasons) != {"no_usable_measure"}:
            raise BrokenObjectError("nothing of it can be used")
        return version

    def judge_again(self, key: str) -> None:
        """An object was loaded again because readings that it lost were taken back."""
        body = self.current[key]
        self.in_force[body] = self.judge(key, body)

    def settle(self, holders: dict[Instant, bytes], keys: Mapping[str, bytes]) -> None:
        """Take over whose readings are in force: each instant's, unless the objects that have it cannot be read.

        Args:
            holders: whose reading of each hero and instant is in force.
            keys: the bytes in force by the key that holds them.
        """
        self.holders = holders
        for instant, body in holders.items():
            assert any(instant == (it.hero_id, it.at) for it in self.in_force[body].accepted.values()), instant
        for key, body in keys.items():
            version = self.in_force[body]
            if version.dataset == "biometrics" and self.may_be_read_again(key):
                for it in version.accepted.values():
                    assert (it.hero_id, it.at) in holders or self.is_dropped(it), (key, it)

    def may_be_read_again(self, key: str) -> bool:
        """Whether a load may take the place of the one in force: rows that were released would be rejected again."""
        body = self.current[key]
        if self.zone.get(key) != body or self.in_force[body].has_released_rows:
            return False
        try:
            self.judge(key, body)
        except BrokenObjectError:
            return False
        return True

    def is_dropped(self, reading: Reading) -> bool:
        """Whether raw has lost the minute of a reading."""
        return self.dropped is not None and reading.at < self.dropped

    def names_forgotten(self, hero_id: Any) -> bool:
        """Whether an id, as delivered, is that of a hero who was forgotten."""
        return self.is_among(hero_id, self.forgotten)

    def is_among(self, hero_id: Any, keys: set[str]) -> bool:
        """Whether an id, as delivered, is that of one of some heroes, by their keys."""
        try:
            known = identifier(hero_id)
        except InvalidIdError:
            return False
        return known is not None and hero_key(known) in keys

    def without_forgotten(self, dataset: str, record: dict[str, Any]) -> dict[str, Any] | None:
        """The record without heroes who were forgotten; None if it is one's own."""
        if dataset == "heroes":
            return None if self.names_forgotten(record["hero_id"]) else record
        crew = [hero_id for hero_id in record.get("hero_ids") or [] if not self.names_forgotten(hero_id)]
        return record | {"hero_ids": crew}

    def change_rules(self, rule: str) -> None:
        """Judge by these rules from now on. Nothing is recomputed."""
        self.rule = rule

    def reprocess(self, holders: Mapping[str, bytes], *, only_older_rules: bool, include_released: bool) -> int:
        """Load again what is in force, by the keys that hold the bytes; return how many."""
        loaded = 0
        for key, body in holders.items():
            version = self.in_force[body]
            is_chosen = not only_older_rules or version.rules != self.rule
            if not is_chosen or (version.has_released_rows and not include_released) or self.zone.get(key) != body:
                continue
            try:
                self.in_force[body] = self.judge(key, body)
            except BrokenObjectError:
                continue
            loaded += 1
        return loaded

    def release(
        self, body: bytes, reason: str, hero_id: str = "", shift: timedelta = timedelta(0), mission_id: str = ""
    ) -> int:
        """Judge rejected rows again, with corrections; return how many are accepted. Raises NotReleasedError."""
        version = self.in_force[body]
        rows = {number: it for number, it in version.rejected.items() if it.reason == reason}
        if not rows or reason in FINAL_REASONS or not all(it.is_kept and it.row for it in rows.values()):
            raise NotReleasedError
        judged: dict[int, Any] = {}
        for number in sorted(rows):
            row = corrected(version.dataset, rows[number].row, hero_id, shift, mission_id)
            judged[number] = self.judge_row(version.dataset, row)
        if ERASED in judged.values():
            raise NotReleasedError
        if version.dataset == "biometrics" and self.overlap == "reject":
            held = set(self.holders)
            for number, it in judged.items():
                if not isinstance(it, str):
                    judged[number] = REPEATED if (it.hero_id, it.at) in held else it
                    held.add((it.hero_id, it.at))
        accepted = {number: it for number, it in judged.items() if not isinstance(it, str)}
        if accepted:
            for number, its in judged.items():
                if number in accepted:
                    del version.rejected[number]
                else:
                    version.rejected[number] = replace(rows[number], reason=its)
            version.accepted |= accepted
            version.rows_loaded += len(accepted)
            version.has_released_rows = True
        return len(accepted)

    def judge_row(self, dataset: str, row: Any) -> Any:
        """Judge one row under today's rules; return what is understood of it, or the reason to reject it."""
        rules = self.rules[self.rule]
        if dataset == "biometrics":
            return ERASED if self.names_forgotten(row[1]) else judge_reading(row, rules)
        judged = judge_hero(row, rules) if dataset == "heroes" else judge_mission(row, rules)
        return judged if isinstance(judged, str) else self.without_forgotten(dataset, judged) or ERASED

    def forget(self, hero_id: str) -> None:
        """Take a hero out of everything. The rejected rows that the quarantine loses are counted as the hero's."""
        self.last_forgotten = {hero_key(hero_id)} - self.forgotten
        self.forgotten.add(hero_key(hero_id))
        for version in self.in_force.values():
            if version.dataset == "biometrics":
                kept = {n: it for n, it in version.accepted.items() if not self.names_forgotten(it.hero_id)}
            else:
                kept = {n: self.without_forgotten(version.dataset, it) for n, it in version.accepted.items()}
                kept = {n: it for n, it in kept.items() if it is not None}
            version.accepted = kept
            for it in version.rejected.values():
                if version.dataset == "biometrics" and it.is_kept and self.names_forgotten(it.row[1]):
                    it.reason, it.is_kept = ERASED, False

    def rewrite(self, key: str, body: bytes) -> None:
        """An object was written again without heroes who were forgotten, and all else is as it was."""
        dataset, rules, former = dataset_of(key), self.rules[self.rule], self.zone[key]
        assert dataset
        if dataset == "biometrics":
            others = [row for row in parquet_rows(former, rules) if not self.names_forgotten(row[1])]
            assert parquet_rows(body, rules) == others, key
        else:
            before, after = read_object(dataset, former, rules), read_object(dataset, body, rules)
            kept = [self.without_forgotten(dataset, record) for record in before.understood]
            assert after.understood == [record for record in kept if record is not None], key
            assert after.rejected == before.rejected, key
        self.zone[key] = body

    def holds_last_forgotten(self, key: str) -> bool:
        """Whether an object of the landing zone names the hero who was forgotten last."""
        dataset, rules, body = dataset_of(key), self.rules[self.rule], self.zone[key]
        assert dataset
        if dataset == "biometrics":
            ids = [row[1] for row in parquet_rows(body, rules)]
        else:
            understood = read_object(dataset, body, rules).understood
            ids = [it for record in understood for it in record.get("hero_ids") or [record.get("hero_id")]]
        return any(self.is_among(hero_id, self.last_forgotten) for hero_id in ids)

    def retire(self, until: datetime, *, drop: bool) -> None:
        """Hide readings before a horizon, which goes back no further than raw has minutes; drop them from raw."""
        self.horizon = max(until, self.dropped or until)
        if drop:
            self.dropped = self.horizon

    def empty_quarantine(self) -> None:
        """Drop what the quarantine has."""
        for version in self.in_force.values():
            for it in version.rejected.values():
                it.is_kept = False

    def expected(self, holders: Mapping[str, bytes]) -> Expected:
        """Calculate the tables, by the keys that hold the bytes."""
        expected = Expected()
        contents = {key: self.content_of(body) for key, body in holders.items()}
        fill(expected, contents, horizon=self.horizon)
        expected.loads = {key: self.in_force[body].counts() for key, body in holders.items()}
        return expected

    def content_of(self, body: bytes) -> Content:
        """What is in force of a version, as the calculation takes it."""
        version = self.in_force[body]
        accepted = [version.accepted[number] for number in sorted(version.accepted)]
        if version.dataset == "biometrics" and self.overlap == "reject":
            first: dict[Instant, Reading] = {}
            for it in accepted:
                first.setdefault((it.hero_id, it.at), it)
            accepted = [it for instant, it in first.items() if self.holders.get(instant) == body or self.is_dropped(it)]
        rows_in, _, _ = version.counts()
        return Content(version.dataset, accepted, understood=accepted, rejected=version.reasons(), rows_in=rows_in)

    def readings(self, since: datetime | None = None) -> Iterable[Any]:
        """The readings in force from an instant on."""
        for body, version in self.in_force.items():
            if version.dataset == "biometrics":
                yield from (it for it in self.content_of(body).accepted if since is None or it.at >= since)


def corrected(dataset: str, row: Any, hero_id: str, shift: timedelta, mission_id: str) -> Any:
    """A rejected row with what is corrected before it is judged again."""
    if dataset == "biometrics":
        moment, given, *measures = row
        return (moment + shift if isinstance(moment, datetime) else moment, hero_id or given, *measures)
    changes: dict[str, Any] = {"mission_id": mission_id} if mission_id else {}
    if hero_id:
        changes["hero_id" if dataset == "heroes" else "hero_ids"] = hero_id if dataset == "heroes" else [hero_id]
    names = {spelled(name) for name in changes}
    return {name: value for name, value in row.items() if spelled(name) not in names} | changes
