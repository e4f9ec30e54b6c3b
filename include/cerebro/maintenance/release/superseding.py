"""Writes the load that brings released rows into force: it supersedes the one that they were rejected of.

Whatever hangs on that load it takes over, counted together with the released rows.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

from include.cerebro.ledger import loads
from include.cerebro.ledger.loads import ObjectTotals
from include.cerebro.ledger.notices import Notice, record_notices
from include.cerebro.ledger.rejections import record_invalid_measures, record_rejections
from include.cerebro.loading.site import LoadSite
from include.cerebro.maintenance.release.quarantined import Quarantined
from include.cerebro.maintenance.release.request import Decision, DecisionImpossibleError, Held
from include.cerebro.platform.sql import read_sql
from include.cerebro.zones.datasets import DATASETS

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2 names its classes in lower case


def supersede(cursor: Cursor, site: LoadSite, held: Held, decision: Decision, quarantined: Quarantined) -> int:
    """Write the load that supersedes the held one, and return its id. The caller commits.

    Args:
        cursor: the cursor of the transaction of the decision.
        site: the landing zone and the quarantine.
        held: the load that the rows were rejected of.
        decision: what is released.
        quarantined: its rows, judged again.

    Raises:
        DecisionImpossibleError: another run has loaded the object meanwhile.
    """
    stored, released = held.stored, quarantined.released
    rejections = quarantined.write()
    dataset = next(each for each in DATASETS if each.name == held.dataset)
    # The rows in force were judged by the rules of then.
    origin = site.origin(dataset)._replace(rules_version=held.rules_version)
    totals = ObjectTotals(held.rows_loaded + released.accepted, held.rows_rejected - released.accepted)
    load_ids = loads.claim(cursor, origin, [stored], [totals])
    if stored.key not in load_ids:
        raise DecisionImpossibleError(f"{held.name} was loaded again meanwhile. Nothing is released; look at it anew.")
    load_id = load_ids[stored.key]
    released.copy(cursor, held, load_id)
    record_rejections(cursor, load_ids, rejections)
    _take_over_counts(cursor, held, load_id, quarantined)
    parameters = {"load_id": held.load_id, "to_load_id": load_id, "reason": decision.reason}
    cursor.execute(read_sql("maintenance/release/carry_decisions.sql"), parameters)
    # What has left the rows that are taken over has left the new load, too.
    cursor.execute(read_sql("maintenance/release/copy_rows.sql"), parameters | {"table_name": "erased_rows"})
    note_decision(cursor, decision, load_id, released.accepted)
    site.publish(cursor, origin, load_ids, quarantined.erasures.last, rejections)
    return load_id


def note_decision(cursor: Cursor, decision: Decision, load_id: int, rows: int) -> None:
    """Note a decision about rows of a load. The caller commits."""
    parameters = decision._asdict() | {"load_id": load_id, "rows": rows}
    parameters["corrections"] = json.dumps(decision.corrections.given)
    cursor.execute(read_sql("maintenance/release/decide.sql"), parameters)


def _take_over_counts(cursor: Cursor, held: Held, load_id: int, quarantined: Quarantined) -> None:
    """Write what was not taken as it came: in the rows that are taken over, and in the released ones."""
    released = quarantined.released
    cursor.execute(read_sql("maintenance/release/invalid_measures.sql"), {"load_id": held.load_id})
    invalid = Counter(dict(cursor.fetchall())) + Counter(released.invalid)
    record_invalid_measures(cursor, [(load_id, name, number) for name, number in invalid.items()])
    cursor.execute(read_sql("maintenance/release/notices.sql"), {"load_id": held.load_id})
    noted = {Notice(name, reason, kept_as): rows for name, reason, kept_as, rows in cursor.fetchall()}
    record_notices(cursor, [(load_id, Counter(noted) + Counter(released.notices(noted)))])
