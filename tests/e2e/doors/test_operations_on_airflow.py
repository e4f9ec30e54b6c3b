"""The doors for operators in a row on the real scheduler, some of whose tasks are killed, beside the oracle."""

from __future__ import annotations

import json
import os
import random
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from local.airflow_api import Run
from local.run import RESTORE_DAG
from testing.sites import object_store, warehouse_of
from tests.e2e.doors.conftest import Doors
from tests.integration.compared import RULES
from tests.integration.deliveries import BASE, HEROES
from tests.integration.helpers import Site
from tests.integration.operations import SHIFT, Pair
from tests.oracle.operations import NotReleasedError

pytestmark = pytest.mark.long

WHY = "a test"
# What is red because objects are broken, or refused under today's rules.
MAY_FAIL = {"check_objects", "check_refused"}


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
        zone: dict[str, Any] = {"name": "cerebro"}
        if self.model.rule != "default":
            zone["rules"] = {"missing": sorted(rules.missing), "plausible": rules.plausible}
        # JSON is YAML.
        self.doors.zones_file.write_text(json.dumps({"landing_zones": [zone]}), encoding="utf-8")
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
        load_ids = dict(self.site.rows("select object_key, load_id from raw.current_loads"))
        rejected = self.rejected_readings()
        if not rejected:
            return lambda: None
        key, body, reason = chance.choice(rejected)
        hero_id = chance.choice(HEROES) if reason == "missing_hero_id" else ""
        shift = SHIFT if reason == "implausible_timestamp" else timedelta(0)
        self.log.append(f"  {key} {reason} {hero_id}")
        conf = {"load_id": load_ids[key], "reason": reason, "hero_id": hero_id, "shift_seconds": shift.total_seconds()}
        try:
            wanted = self.model.release(body, reason, hero_id, shift)
        except NotReleasedError:
            self.log.append("  is impossible")
            return lambda: self.decide(conf, fails=True)
        return lambda: self.decide(conf, wanted)

    def decide(self, conf: dict[str, Any], wanted: int = 0, *, fails: bool = False) -> None:
        outcome = self.run("cerebro_release", **conf, why=WHY, approve="now", dry_run=False, may_fail=fails)
        assert fails or outcome["rows_released"] == wanted, outcome

    def forget(self, chance: random.Random) -> Callable[[], object]:
        hero_id = chance.choice(HEROES)
        self.log.append(f"  {hero_id}")
        self.model.forget(hero_id)
        return lambda: self.run("cerebro_forget_hero", hero_id=hero_id, reason=WHY, dry_run=False)

    def retain(self, _: random.Random) -> Callable[[], object]:
        assert self.doors
        self.model.retire(self.doors.horizon, drop=True)
        return lambda: self.run("cerebro_retention", reason=WHY)

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
        scheduler.wait_until_finished(run)
        tasks = {task.task_id: task for task in scheduler.tasks(run)}
        failed = {task_id for task_id, task in tasks.items() if task.state == "failed"}
        assert may_fail or failed <= MAY_FAIL, failed
        announced = tasks.get("announce")
        if announced and announced.state == "success" and announced.start:
            deadline = time.monotonic() + 60
            while True:
                runs = [it for it in scheduler.runs(RESTORE_DAG, limit=10, order_by="-run_after") if it.start]
                if later := [it for it in runs if it.start and it.start > announced.start]:
                    break
                assert time.monotonic() < deadline, f"nothing followed {run.run_id}"
                time.sleep(0.5)
            for follower in later:
                scheduler.wait_until_finished(follower)
                states = scheduler.states(follower)
                assert {task for task, state in states.items() if state == "failed"} <= MAY_FAIL, states
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


# Every door, some of them killed.
STEPS = [
    ("load", 381, False), ("load", 392, True), ("release", 325, False), ("release", 280, True),
    ("change_rules", 0, False), ("reprocess", 298, True), ("forget", 413, True), ("load", 75, False),
    ("retain", 115, False), ("load", 265, True), ("release", 386, False), ("forget", 841, False),
]  # fmt: skip


def test_every_door_keeps_the_laws(doors: Doors) -> None:
    values = doors.values
    site = Site(
        object_store(values), warehouse_of(values["WAREHOUSE_URI"]), values["POSTGRES_SUPERUSER_URI"],
        "cerebro-data", "cerebro-quarantine",
    )  # fmt: skip
    pair = OnAirflow(site, doors=doors)
    pair.model.deliver("biometrics/base.parquet", BASE)
    site.put("biometrics/base.parquet", BASE)
    pair.model.load()
    pair.run(RESTORE_DAG)
    try:
        for name, seed, is_killed in STEPS:
            pair.do(name, seed, is_killed=is_killed)
    except BaseException as error:
        error.add_note("\n".join(pair.log))
        raise
    assert sum("  killed" in line for line in pair.log) > 2, pair.log
