"""Adds the page Cerebro and the dbt docs to Airflow's navigation.

Every process of Airflow reads this file, but only the API server serves the page, so the first request imports it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from airflow.configuration import conf
from airflow.plugins_manager import AirflowPlugin

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

ROOT = urlsplit(conf.get("api", "base_url", fallback="")).path.rstrip("/")


async def page(scope: Scope, receive: Receive, send: Send) -> None:
    """Pass an ASGI request on to the page."""
    from include.cerebro.page.app import app

    await app(scope, receive, send)


class CerebroPagePlugin(AirflowPlugin):
    """Mounts the page under /cerebro and shows it in a frame of Airflow's UI; links to the dbt docs below it."""

    name = "cerebro_page"
    fastapi_apps = [{"name": "Cerebro", "app": page, "url_prefix": "/cerebro"}]  # noqa: RUF012 - Airflow's form
    external_views = [  # noqa: RUF012
        {
            "name": "Cerebro",
            "href": f"{ROOT}/cerebro/",
            "icon": f"{ROOT}/cerebro/static/icon.svg",
            "url_route": "cerebro",
            "destination": "nav",
            "nav_top_level": True,
        },
        {"name": "Warehouse (dbt docs)", "category": "Browse", "href": f"{ROOT}/cerebro/dbt/index.html"},
    ]
