"""The buttons of the page start runs that their DAGs accept: every Param is one of the DAG's, and valid."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest

from include.cerebro.page import actions
from include.cerebro.page.actions import Action

if TYPE_CHECKING:
    from airflow.dag_processing.dagbag import DagBag

ROW = {"load_id": 7, "reason": "missing_hero_id", "object_key": "a", "landing_zone": "cerebro"}
ACTIONS = [
    *(actions.release(ROW | {"dataset": dataset}) for dataset in ("heroes", "missions", "biometrics")),
    actions.discard(ROW | {"dataset": "heroes"}),
    actions.reprocess_object(ROW | {"dataset": "heroes"}),
    actions.reprocess_older({"landing_zone": "cerebro", "dataset": "heroes"}),
    actions.reprocess_older({}),
    actions.RETAIN,
    actions.FORGET,
    actions.RUN_NOW,
]


def values(action: Action, is_dry_run: bool, only_required: bool) -> dict[str, Any]:
    conf = dict(action.conf)
    for field in action.fields:
        if field.is_required or not only_required:
            conf[field.name] = 2.5 if field.kind == "number" else "some text"
    return conf | ({"dry_run": is_dry_run} if action.has_dry_run else {})


@pytest.mark.parametrize("action", ACTIONS, ids=lambda it: f"{it.dag_id}-{it.label}")
def test_the_dag_accepts_what_the_button_sends(dag_bag: DagBag, action: Action) -> None:
    dag = dag_bag.dags[action.dag_id]
    for is_dry_run in (True, False):
        for only_required in (True, False):
            conf = values(action, is_dry_run, only_required)
            assert conf.keys() <= set(dag.params), "nothing is ignored in silence"
            checked = copy.deepcopy(dag.params)
            checked.update(conf)
            checked.validate()
    assert action.asks == dag.has_task("approve"), "the dialog looks at this task"
    assert action.has_dry_run == ("dry_run" in dag.params)
