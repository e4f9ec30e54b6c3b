"""The check of objects: the run is red if one of them could not be loaded, and says which and why."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from include.cerebro.ledger import failures
from include.cerebro.ledger.listings import listings_of_run
from include.cerebro.platform.errors import Fault, FinalError
from include.cerebro.platform.names import LOADER_ROLE
from include.cerebro.platform.warehouse import Warehouse

log = logging.getLogger(__name__)


class ObjectsFailedError(FinalError):
    """Some objects could not be loaded; all others are."""

    fault = Fault.OBJECT


def check_objects(warehouse: Warehouse, landing_zones: Sequence[str], dag_run_id: str) -> None:
    """Check that every object of the landing zones could be loaded, by this run or an earlier one.

    Raises:
        ObjectsFailedError: it could not, or a landing zone could not be listed; the message has one line each.
    """
    with warehouse.connect(LOADER_ROLE) as connection, connection.cursor() as cursor:
        unlisted = [listing.error for listing in listings_of_run(cursor, dag_run_id) if listing.error]
        failed = failures.unresolved(cursor, landing_zones)
    if not failed and not unlisted:
        log.info("Every object of the landing zones is loaded")
        return
    zones = f"{len(unlisted)} landing zones could not be listed; " if unlisted else ""
    lines = "\n".join(f"  {line}" for line in [*unlisted, *(failure.line for failure in failed)])
    raise ObjectsFailedError(
        f"{zones}{len(failed)} objects could not be loaded; everything else was loaded and transformed.\n{lines}\n"
        "  All of them, with their history, are in raw.loads (status failed)."
    )
