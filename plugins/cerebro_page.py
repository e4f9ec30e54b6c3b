"""The page Cerebro in Airflow's navigation.

Every process of Airflow reads this file, but only the API server serves the page: what it needs is imported with the
first request.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from airflow.configuration import conf
from airflow.plugins_manager import AirflowPlugin

ROOT = urlsplit(conf.get("api", "base_url", fallback="")).path.rstrip("/")


async def page(scope: Any, receive: Any, send: Any) -> None:
    """Hand an ASGI request to the page."""
    from include.cerebro.page.app import app

    await app(scope, receive, send)


class CerebroPagePlugin(AirflowPlugin):
    """Mounts the page under /cerebro, and shows it within Airflow's own."""

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
        }
    ]
