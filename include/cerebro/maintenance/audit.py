"""The record of operators' actions, ``meta.maintenance_actions``: who asked for what, why, and what came of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from include.cerebro.platform.sql import read_sql

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2 names its classes in lower case

ActionName = Literal["reprocess", "release", "discard", "erase", "retain"]


class Action(NamedTuple):
    """What somebody asked for.

    Attributes:
        name: what is done.
        dag_run_id: the run that does it.
        requested_by: the Airflow user who triggered the run.
        reason: why, in the user's words.
        parameters: what the user chose, as JSON values. Nothing that must not be kept, such as an erased hero's id.
        is_dry_run: whether it only says what it would do.
    """

    name: ActionName
    dag_run_id: str
    requested_by: str
    reason: str
    parameters: Mapping[str, Any]
    is_dry_run: bool = False


def begin(cursor: Cursor, action: Action) -> None:
    """Note that an action begins. Idempotent, and the caller commits."""
    parameters = action._asdict() | {"action": action.name, "parameters": json.dumps(action.parameters)}
    cursor.execute(read_sql("maintenance/audit/begin.sql"), parameters)


def finish(cursor: Cursor, action: Action, outcome: Mapping[str, Any]) -> None:
    """Note what came of an action, in the transaction of its last change.

    Args:
        cursor: a cursor with the rights of the loader.
        action: what ``begin`` was given.
        outcome: counts by name, as JSON values.
    """
    cursor.execute(
        read_sql("maintenance/audit/finish.sql"),
        {"action": action.name, "dag_run_id": action.dag_run_id, "outcome": json.dumps(outcome)},
    )
