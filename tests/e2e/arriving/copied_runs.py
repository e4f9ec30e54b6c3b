"""Multiplies a run in Airflow's own database: all rows of it, as if it had been repeated over many days."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2 names its classes in lower case

# Ids of copied rows are far from those of Airflow's sequences.
FIRST_ID = 100_000_000
# The tables with rows of a run, those that others refer to first, and how the rows of the run are found.
TABLES = {
    "dag_run": "its.id = %(id)s",
    "task_instance": "its.run_id = %(run_id)s and its.dag_id = %(dag_id)s",
    "task_instance_history": "its.run_id = %(run_id)s and its.dag_id = %(dag_id)s",
    "rendered_task_instance_fields": "its.run_id = %(run_id)s and its.dag_id = %(dag_id)s",
    "xcom": "its.dag_run_id = %(id)s",
    "task_reschedule": "its.ti_id in (select id from task_instance where run_id = %(run_id)s and dag_id = %(dag_id)s)",
    "log": "its.run_id = %(run_id)s and its.dag_id = %(dag_id)s",
    "asset_event": "its.source_run_id = %(run_id)s"
    " or its.id in (select event_id from dagrun_asset_event where dag_run_id = %(id)s)",
    "dagrun_asset_event": "its.dag_run_id = %(id)s",
}
# The values of a copy, by column; others are those of the run. `number` counts the copies.
COPIED_ID = "md5(its.{0}::text || '/' || number)::uuid"
EVENT_ID = f"{FIRST_ID} + number * 1000 + mod(its.{{0}}, 1000)"
OTHERS = {
    "run_id": "its.{0} || '/' || number",
    "source_run_id": "its.{0} || '/' || number",
    "dag_run_id": f"{FIRST_ID} + number",
    "logical_date": "null",
    "data_interval_start": "null",
    "data_interval_end": "null",
    "ti_id": COPIED_ID,
    "task_instance_id": COPIED_ID,
    "event_id": EVENT_ID,
    "dag_run.id": f"{FIRST_ID} + number",
    "task_instance.id": COPIED_ID,
    "asset_event.id": EVENT_ID,
}
FROM_SEQUENCES = {"log.id", "task_reschedule.id"}


def multiply(cursor: Cursor, dag_id: str, run_id: str, copies: int, days: float) -> dict[str, int]:
    """Copy a finished run, evenly over the days before now. Returns the number of new rows, by table."""
    cursor.execute("select id from dag_run where dag_id = %s and run_id = %s", [dag_id, run_id])
    (run,) = cursor.fetchone() or (None,)
    assert run, f"there is no {run_id}"
    parameters = {"id": run, "dag_id": dag_id, "run_id": run_id, "copies": copies, "minutes": days * 1440 / copies}
    added = {}
    # A foreign key's check would read dag_run from its beginning to its end, for each row: it was planned for few.
    cursor.execute("set local session_replication_role = replica")
    for table, condition in TABLES.items():
        cursor.execute(
            "select column_name, data_type from information_schema.columns"
            " where table_schema = 'public' and table_name = %s and is_generated = 'NEVER' order by ordinal_position",
            [table],
        )
        columns = {name: kind for name, kind in cursor.fetchall() if f"{table}.{name}" not in FROM_SEQUENCES}
        values = ", ".join(_value(table, name, kind) for name, kind in columns.items())
        cursor.execute(
            f"insert into {table} ({', '.join(columns)}) select {values} from {table} as its"
            f" cross join generate_series(1, %(copies)s) as number where {condition} order by number",
            parameters,
        )
        added[table] = cursor.rowcount
        cursor.execute(f"analyze {table}")
    return added


def _value(table: str, name: str, kind: str) -> str:
    own = OTHERS.get(f"{table}.{name}", OTHERS.get(name))
    if own:
        return own.format(name)
    if kind.startswith("timestamp"):
        return f"its.{name} - number * %(minutes)s * interval '1 minute'"
    return f"its.{name}"
