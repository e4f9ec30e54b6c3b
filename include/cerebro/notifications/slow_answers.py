"""The alert of answers that took too long from the arrival of their objects."""

from __future__ import annotations

from include.cerebro.ledger.listings import listings_of_run
from include.cerebro.notifications.alert import Alert
from include.cerebro.orchestration.links import run_url
from include.cerebro.platform.names import TRANSFORMER_ROLE
from include.cerebro.platform.sql import read_sql
from include.cerebro.platform.warehouse import Warehouse


def slow_answers(warehouse: Warehouse, dag_id: str, run_id: str, minutes: float) -> Alert | None:
    """Return the alert of a run that has ended; one without trouble is sent if the last one had some.

    Args:
        warehouse: the warehouse.
        dag_id: the DAG, for the alert's link.
        run_id: the run.
        minutes: how long an object may take from its arrival to the answer; 0 turns the alert off.

    Returns:
        None if the run has loaded nothing, and everything has its answer.
    """
    if not minutes:
        return None
    with warehouse.connect(TRANSFORMER_ROLE) as connection, connection.cursor() as cursor:
        parameters = {"dag_run_id": run_id, "seconds": 60 * minutes}
        cursor.execute(read_sql("notifications/slow_answers.sql"), parameters)
        objects, slow, most_seconds, slowest = cursor.fetchone() or (0, 0, None, None)
        waiting = sum(listing.objects_waiting for listing in listings_of_run(cursor, run_id))
    if not objects:
        return None
    if not slow:
        return Alert("slow", f"Objects are answered within {minutes:g} minutes again", url=run_url(dag_id, run_id))
    lines = [
        f"{slow:,} of {objects:,} objects took longer from their arrival to the answer, or have none yet; the slowest, "
        f"{slowest}, {most_seconds / 60:,.1f} minutes."
    ]
    if waiting:
        lines.append(f"{waiting:,} more wait for the next run, which follows.")
    # The same about every run: it is sent once while it lasts.
    headline = f"The answer takes more than {minutes:g} minutes"
    return Alert("slow", headline, lines, run_url(dag_id, run_id), about="slow answers")
