"""The check of objects: the run is red if one of them could not be loaded, and says which and why."""

from __future__ import annotations

import logging

from include.cerebro.ledger import failures
from include.cerebro.platform.errors import Fault, FinalError
from include.cerebro.platform.names import LOADER_ROLE
from include.cerebro.platform.warehouse import Warehouse

log = logging.getLogger(__name__)


class ObjectsFailedError(FinalError):
    """Some objects could not be loaded; all others are."""

    fault = Fault.OBJECT


def check_objects(warehouse: Warehouse, dag_run_id: str) -> None:
    """Check that this run could load every object.

    Raises:
        ObjectsFailedError: it could not; the message has one line an object.
    """
    with warehouse.connect(LOADER_ROLE) as connection, connection.cursor() as cursor:
        failed = failures.failures_of_run(cursor, dag_run_id)
    if failed:
        lines = "\n".join(f"  {error}" for _, error in failed)
        raise ObjectsFailedError(
            f"{len(failed)} objects could not be loaded; everything else was loaded and transformed.\n{lines}\n"
            "  All of them, with their history, are in raw.loads (status failed)."
        )
    log.info("Every object of the landing zone is loaded")
