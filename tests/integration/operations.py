"""Operations on a site and on the model of it, which may be killed in the middle."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

import pytest

from include.cerebro.maintenance.erasure import landing
from include.cerebro.maintenance.erasure.objects import list_holders
from include.cerebro.maintenance.release.request import DecisionImpossibleError
from include.cerebro.maintenance.retention.minutes import drop_minutes, move_horizon
from include.cerebro.maintenance.retention.quarantine import retire_quarantine
from include.cerebro.maintenance.retention.superseded import retire_superseded
from include.cerebro.platform.transactions import TransactionConnection
from include.cerebro.zones.places import Place
from tests.integration.compared import FORMAT_RULES, REJECTED, Compared
from tests.integration.deliveries import BASE, HEROES, KEYS, make
from tests.integration.test_forget_hero import forget
from tests.integration.test_released_rows import decide
from tests.integration.test_reprocess import reprocess
from tests.oracle.landing import dataset_of
from tests.oracle.operations import NotReleasedError

# After every load.
LATER = datetime(2100, 1, 1, tzinfo=UTC)
# A clock that was two hundred years slow.
SHIFT = datetime(2025, 1, 1, tzinfo=UTC) - datetime(1825, 1, 1, tzinfo=UTC)


class KilledError(BaseException):
    """The process is killed."""


class Release(NamedTuple):
    """A release of the rows of an object that were rejected for one reason; none is ``wanted`` if it is impossible."""

    key: str
    reason: str
    corrections: dict[str, Any]
    wanted: int | None


@dataclass
class Pair(Compared):
    """A site and its model, to both of which operations are done.

    Attributes:
        seconds: the seconds of a minute that readings are of; a few make many repeated ones.
        erases_landing: whether objects of the landing zone are written again without a hero who is forgotten.
        log: what was done.
    """

    seconds: int = 60
    erases_landing: bool = False
    log: list[str] = field(default_factory=list)

    # Each takes a source of chances, so that it can be repeated.

    def load(self, chance: random.Random) -> Callable[[], object]:
        """Deliver up to three objects and load them, in parts of any size."""
        for _ in range(chance.randint(0, 3)):
            dataset = chance.choice(["biometrics"] * 4 + ["heroes", "missions"])
            key = chance.choice(KEYS[dataset])
            known = [body for its, body in self.model.zone.items() if dataset_of(its) == dataset and body != BASE]
            body = chance.choice(known) if known and chance.random() < 0.3 else make(dataset, chance, self.seconds)
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
        self.site.zone_fields = self.site.zone_fields | {"rules": FORMAT_RULES[self.model.rule]}
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

    def choose_release(self, chance: random.Random) -> Release | None:
        """Choose rows of an object that were rejected for one reason, if any, and release them in the model."""
        rejected = [
            (key, body, reason)
            for key, body in sorted(self.holders().items())
            for reason in sorted(self.model.in_force[body].reasons())
        ]
        if not rejected:
            return None
        key, body, reason = chance.choice(rejected)
        is_reading = self.model.in_force[body].dataset == "biometrics"
        corrections: dict[str, Any] = {}
        if reason == "missing_hero_id" or (is_reading and chance.random() < 0.1):
            corrections["hero_id"] = chance.choice(HEROES)
        if reason == "missing_mission_id":
            corrections["mission_id"] = "M4"
        if reason == "implausible_timestamp":
            corrections["shift"] = SHIFT
        self.log.append(f"  {key} {reason} {corrections}")
        wanted: int | None = None
        try:
            wanted = self.model.release(body, reason, **corrections)
        except NotReleasedError:
            self.log.append("  is impossible")
        if shift := corrections.pop("shift", None):
            corrections["shift_seconds"] = shift.total_seconds()
        return Release(key, reason, corrections, wanted)

    def release(self, chance: random.Random) -> Callable[[], object]:
        """Release rejected rows."""
        chosen = self.choose_release(chance)
        if chosen is None:
            return lambda: None

        def run() -> None:
            def release() -> dict[str, Any]:
                return decide(
                    self.site,
                    reason=chosen.reason,
                    key=chosen.key,
                    run_id=f"release {self.number}",
                    **chosen.corrections,
                )

            if chosen.wanted is None:
                with pytest.raises(DecisionImpossibleError):
                    release()
            else:
                assert release()["rows_released"] == chosen.wanted

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
        site, zones = self.site, [self.site.zone]
        approved = landing.digests(site.warehouse, zones, lambda _: site.store, hero_id) if self.erases_landing else []

        def run() -> None:
            done = forget(site, hero_id, f"forget {self.number}")
            if self.erases_landing:
                landing.rewrite_objects(
                    site.warehouse, zones, lambda _: site.store, site.settings, done.erasure_id, approved
                )
                list_holders(site.warehouse, zones, lambda _: site.store, done.erasure_id)

        return run

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
        if name == "forget" and self.erases_landing:
            self.check_rewritten()
        self.check()
        if name == "transform":
            self.check_tables()

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
