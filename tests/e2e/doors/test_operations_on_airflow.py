"""The doors for operators in a random row on the real scheduler, some of whose tasks are killed, beside the oracle."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from local.airflow_api import Run
from local.run import RESTORE_DAG
from testing.sites import object_store, warehouse_of
from tests.e2e.doors.conftest import Doors
from tests.e2e.scheduler import RUN_TIMEOUT
from tests.integration.compared import REJECTED, RULES
from tests.integration.deliveries import BASE, HEROES, TEAM
from tests.integration.helpers import Site
from tests.integration.operations import Pair
from tests.oracle.operations import Model

# A sequence takes ten minutes on a calm machine.
pytestmark = [pytest.mark.long, pytest.mark.timeout(3600)]

# Another sequence each time; this repeats one.
SEED = int(os.environ.get("CEREBRO_TEST_SEED") or random.randrange(1 << 30))
WHY = "a test"
# What is red because objects are broken, or refused under today's rules.
MAY_FAIL = {"check_objects", "check_refused"}
# Seconds. A retention waits for a run of the main job.
TIMEOUT = 3 * RUN_TIMEOUT

EVERY = ["load", "release", "discard", "reprocess", "forget", "retain", "retain_all", "change_rules"]
MORE = ["load", "load", "load", "release", "release", "forget"]


def random_steps(chance: random.Random) -> list[tuple[str, int, bool]]:
    """Every operation at least once, after a first load; each with a seed of its own, and whether tasks are killed."""
    names = [*EVERY, *MORE]
    chance.shuffle(names)
    return [(name, chance.randrange(1 << 30), chance.random() < 0.5) for name in ["load", *names]]


@dataclass
class OnAirflow(Pair):
    """A stack and its model. Every operation is a run, which is done again by its retries where it is killed."""

    doors: Doors | None = None
    killer: random.Random | None = None

    def load(self, chance: random.Random) -> Callable[[], object]:
        super().load(chance)
        return lambda: self.run(RESTORE_DAG)

    def change_rules(self, chance: random.Random) -> Callable[[], object]:
        super().change_rules(chance)
        assert self.doors
        rules = RULES[self.model.rule]
        is_other = self.model.rule != "default"
        self.doors.write_zone(**{"missing": sorted(rules.missing), "plausible": rules.plausible} if is_other else {})
        self.model.load()
        return lambda: self.run(RESTORE_DAG)

    def reprocess(self, chance: random.Random) -> Callable[[], object]:
        choice = {"only_older_rules": chance.random() < 0.5, "include_released": chance.random() < 0.5}
        wanted = self.model.reprocess(self.holders(), **choice)

        def run() -> None:
            outcome = self.run("cerebro_reprocess", **choice, reason=WHY, dry_run=False)
            assert not wanted or outcome["objects"] == wanted, outcome

        return run

    def release(self, chance: random.Random) -> Callable[[], object]:
        chosen = self.choose_release(chance)
        if chosen is None:
            return lambda: None
        load_ids = dict(self.site.rows("select object_key, load_id from raw.current_loads"))
        conf = {"load_id": load_ids[chosen.key], "reason": chosen.reason, **chosen.corrections}

        def run() -> None:
            outcome = self.decide(**conf, may_fail=chosen.wanted is None)
            assert outcome.get("rows_released") == chosen.wanted, outcome

        return run

    def discard(self, chance: random.Random) -> Callable[[], object]:
        load_ids = dict(self.site.rows("select object_key, load_id from raw.current_loads"))
        rows = self.site.rows(REJECTED + " order by 1, 2")
        if not rows:
            return lambda: None
        key, reason, _, _ = chance.choice(rows)
        # They may be discarded already.
        return lambda: self.decide(load_id=load_ids[key], reason=reason, action="discard", may_fail=True)

    def decide(self, **conf: Any) -> dict[str, Any]:
        return self.run("cerebro_release", **conf, why=WHY, approve="now", dry_run=False)

    def forget(self, chance: random.Random) -> Callable[[], object]:
        hero_id = chance.choice(HEROES)
        self.log.append(f"  {hero_id}")
        self.model.forget(hero_id)

        def run() -> None:
            self.run("cerebro_forget_hero", hero_id=hero_id, reason=WHY, dry_run=False)
            # The run that followed has loaded what was written again.
            self.check_rewritten()
            self.model.load()

        return run

    def retain(self, _: random.Random) -> Callable[[], object]:
        assert self.doors
        self.model.retire(self.doors.horizon, drop=True)
        return lambda: self.run("cerebro_retention", reason=WHY)

    def retain_all(self, chance: random.Random) -> Callable[[], object]:
        """Retain after years, when superseded loads and the quarantine are over, too."""
        with self.site.superuser() as cursor:
            # Without the triggers that keep history as it was.
            cursor.execute("set session_replication_role = replica")
            cursor.execute("update raw.loads set loaded_at = loaded_at - interval '20 years'")
        assert self.doors
        for file in Path(self.doors.values["CEREBRO_STATE_DIR"], "s3", self.site.quarantine_bucket).rglob("*"):
            os.utime(file, (0, 0))
        self.model.empty_quarantine()
        return self.retain(chance)

    def do(self, name: str, seed: int, *, is_killed: bool = False) -> None:
        self.number += 1
        self.log.append(f"{self.number}. {name} {seed}{' killed' if is_killed else ''}")
        operate = getattr(self, name)(random.Random(seed))
        self.killer = random.Random(seed) if is_killed else None
        operate()
        self.check()
        self.check_tables()

    def run(self, dag_id: str, *, may_fail: bool = False, **conf: Any) -> dict[str, Any]:
        """Run a DAG, and the main job if it has announced something; return what came of an operator's run."""
        assert self.doors
        scheduler = self.doors.scheduler
        run = scheduler.trigger(dag_id, conf)
        if dag_id == "cerebro_forget_hero":
            scheduler.answer(run, "Approve")
        if self.killer:
            self.kill(run, self.killer)
        for _ in scheduler.follow(run, TIMEOUT):
            # Airflow asks once more if the worker that had the answer could not report that it had ended.
            if dag_id == "cerebro_forget_hero" and scheduler.question(run):
                scheduler.answer(run, "Approve")
        for ended in [run, *scheduler.follow_up(run, TIMEOUT)]:
            failed = {task_id for task_id, state in scheduler.states(ended).items() if state == "failed"}
            assert (may_fail and ended == run) or failed <= MAY_FAIL, f"{ended.run_id}: {failed}"
        query = "select outcome from meta.maintenance_actions where dag_run_id = %s"
        ((outcome,),) = self.site.rows(query, [run.run_id]) or [({},)]
        return outcome or {}

    def kill(self, run: Run, chance: random.Random) -> None:
        """Kill a running task's process, if there is one before the run ends."""
        assert self.doors
        scheduler = self.doors.scheduler
        time.sleep(chance.uniform(0, 5))
        while scheduler.run(run).state not in ("success", "failed"):
            instances = scheduler.call("GET", f"{run.path}/taskInstances", params={"limit": 100})["task_instances"]
            running = [it for it in instances if it["state"] == "running" and it["pid"]]
            if running:
                victim = chance.choice(running)
                os.kill(victim["pid"], signal.SIGKILL)
                self.log.append(f"  killed {victim['task_id']}")
                return
            time.sleep(0.1)
        self.log.append("  was through before")

    def finish(self) -> None:
        """Run twice more: the second time, nothing is written."""
        query = "select load_id, xmin::text from raw.loads where status <> 'failed' order by 1"
        self.do("load", self.number)
        before = self.site.rows(query)
        self.run(RESTORE_DAG)
        assert self.site.rows(query) == before


def test_random_operations_keep_the_laws(doors: Doors) -> None:
    print(f"CEREBRO_TEST_SEED={SEED}")
    values = doors.values
    site = Site(
        doors.store, warehouse_of(values["WAREHOUSE_URI"]), values["POSTGRES_SUPERUSER_URI"],
        "cerebro-data", "cerebro-quarantine", quarantine_store=object_store(values),
    )  # fmt: skip
    model = Model(RULES, overlap=doors.overlap)
    pair = OnAirflow(site, model, seconds=60 if doors.overlap == "count" else 3, erases_landing=True, doors=doors)
    for name, body in {"base": BASE, "team": TEAM}.items():
        pair.model.deliver(f"biometrics/{name}.parquet", body)
        site.put(f"biometrics/{name}.parquet", body)
    pair.model.load()
    pair.run(RESTORE_DAG)
    try:
        for name, seed, is_killed in random_steps(random.Random(SEED)):
            pair.do(name, seed, is_killed=is_killed)
        pair.finish()
    except BaseException as error:
        error.add_note("\n".join([f"CEREBRO_TEST_SEED={SEED}", *pair.log]))
        raise
    assert any("  killed" in line for line in pair.log), pair.log
    assert pair.rewritten, pair.log
