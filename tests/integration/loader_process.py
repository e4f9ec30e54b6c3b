"""One load of all new objects in a process of its own: ``python -m tests.integration.loader_process``.

The environment has the addresses (Site.environment). The exit code is 0 after a load, even with broken objects, and 3
if the load raised; the last line is then the error.
"""

import logging
import os
import sys
import traceback

from include.cerebro.platform.object_store import ObjectStore
from include.cerebro.platform.warehouse import Warehouse
from tests.integration.helpers import Site

# The error's line begins with this.
ERROR_MARK = "The load raised "


def site_of_environment() -> Site:
    """Return the site that the environment describes."""
    values = os.environ
    return Site(
        ObjectStore(values["S3_ENDPOINT_URL"], values["AWS_ACCESS_KEY_ID"], values["AWS_SECRET_ACCESS_KEY"]),
        Warehouse(
            values["WAREHOUSE_HOST"],
            int(values["WAREHOUSE_PORT"]),
            values["WAREHOUSE_USER"],
            values["WAREHOUSE_PASSWORD"],
            values["WAREHOUSE_DATABASE"],
        ),
        "",
        values["CEREBRO_TEST_BUCKET"],
        values["CEREBRO_QUARANTINE_BUCKET"],
    )


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(name)s %(levelname)s %(message)s")
    site = site_of_environment()
    try:
        print(site.load().as_dict(), flush=True)
    except Exception as error:
        traceback.print_exc()
        print(f"{ERROR_MARK}{type(error).__module__}.{type(error).__name__}: {error}", flush=True)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
