"""Turns the page into HTML, for Airflow and for report.html."""

from __future__ import annotations

import base64
import gzip
import hashlib
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from include.cerebro.page.components import Section
from include.cerebro.page.content import Page
from include.cerebro.page.formatting import instant

HERE = Path(__file__).parent
STATIC_TYPES = {
    "page.css": "text/css",
    "page.js": "text/javascript",
    "actions.js": "text/javascript",
    "icon.svg": "image/svg+xml",
    "plotly.min.js": "text/javascript",
}


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["instant"] = instant
    return environment


def static(name: str) -> bytes:
    """Return a file of ``STATIC_TYPES``; plotly.min.js comes with the package plotly."""
    if name == "plotly.min.js":
        return files("plotly").joinpath("package_data", name).read_bytes()
    return (HERE / "static" / name).read_bytes()


@cache
def compressed(name: str) -> bytes:
    """Return the same with gzip: once a process, and not in Airflow's middleware, which would block its API."""
    return gzip.compress(static(name), mtime=0)


@cache
def static_version() -> str:
    """Return a hash of the static files, for their addresses: browsers may cache them until their contents change."""
    digest = hashlib.sha256(version("plotly").encode())
    for name in ("page.css", "page.js", "actions.js"):
        digest.update(static(name))
    return digest.hexdigest()[:12]


def page_html(page: Page) -> str:
    """Return the page in Airflow."""
    return _templates().get_template("page.html").render(page=page, version=static_version())


def section_html(section: Section) -> str:
    """Return one section as it is on the page."""
    # Jinja has no types for macros.
    module: Any = _templates().get_template("section.html").module
    return str(module.section(section))


def objects_html(section: Section) -> str:
    """Return the page of one section: the objects of a load task, or rows of the quarantine."""
    return _templates().get_template("objects.html").render(it=section, version=static_version())


def refused_html(sentence: str, login: str = "") -> str:
    """Return the answer to a person who may not see the page, with a link to the login if there is one."""
    return _templates().get_template("refused.html").render(sentence=sentence, login=login)


def report_html(page: Page, dag_run_id: str) -> str:
    """Return the page as one file that needs no network: 2 MB, nearly all of it Plotly."""
    report = {
        "style": static("page.css").decode(),
        "script": static("page.js").decode(),
        "plotly": base64.b64encode(compressed("plotly.min.js")).decode(),
        "dag_run_id": dag_run_id,
    }
    return _templates().get_template("page.html").render(page=page, report=report)
