"""The page as a FastAPI app, which Airflow's API server mounts under /cerebro and imports with the first request.

A person must be logged in to Airflow and be allowed to see the runs of cerebro_restore. The endpoints are plain
functions, which FastAPI runs in threads, so that a slow warehouse does not block Airflow's own API.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from airflow.sdk.exceptions import AirflowNotFoundException
from fastapi import Depends, FastAPI, HTTPException, Query, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse

from include.cerebro.ledger.erasures import Erasures
from include.cerebro.page import dbt_docs, render
from include.cerebro.page.airflow_internals import login_url, may_see_runs, may_trigger
from include.cerebro.page.content import Page, read_page
from include.cerebro.page.reader import UnreadableWarehouseError, open_reader
from include.cerebro.page.sections import batch, biometrics, rows
from include.cerebro.page.sections.biometrics import Choice
from include.cerebro.platform import connections
from include.cerebro.platform.names import TRANSFORMER_ROLE
from include.cerebro.platform.object_store import ObjectStore
from include.cerebro.platform.settings import read_settings
from include.cerebro.platform.warehouse import Warehouse
from include.cerebro.zones.places import Place

if TYPE_CHECKING:
    from include.cerebro.maintenance.release.sample import Sample

RESTORE_DAG = "cerebro_restore"
RELEASE_DAG = "cerebro_release"

HEADERS = {
    "Cache-Control": "no-store",
    # Everything comes from this server, and only Airflow may frame the page. Plotly sets inline styles.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}
A_YEAR = "private, max-age=31536000, immutable"

app = FastAPI(title="Cerebro", docs_url=None, redoc_url=None, openapi_url=None, dependencies=may_see_runs(RESTORE_DAG))
app.include_router(dbt_docs.router)

Parameter = Annotated[str, Query(max_length=500)]
Batches = Annotated[list[int] | None, Query(alias="batch", max_length=500)]


def _choice(hero: Parameter = "", first_day: Parameter = "", last_day: Parameter = "") -> Choice:
    return Choice(hero, first_day, last_day)


ChoiceDep = Annotated[Choice, Depends(_choice)]


@app.get("/")
def page(choice: ChoiceDep) -> HTMLResponse:
    """Return the whole page, with status 503 if the warehouse cannot be read."""
    try:
        content = read_page(_warehouse(), choice)
    except UnreadableWarehouseError as error:
        content = Page.without_warehouse(str(error))
    return HTMLResponse(render.page_html(content), 503 if content.problem else 200, HEADERS)


@app.get("/biometrics")
def series(choice: ChoiceDep) -> HTMLResponse:
    """Return the section on one hero's biometrics."""
    try:
        with open_reader(_warehouse()) as reader:
            section = biometrics.read(reader, choice)
    except UnreadableWarehouseError as error:
        section = biometrics.SECTION.unreadable(str(error))
    return HTMLResponse(render.section_html(section), headers=HEADERS)


@app.get("/objects")
def objects(run_id: Parameter = "", batches: Batches = None) -> HTMLResponse:
    """Return the objects of a load task, which its link leads to."""
    try:
        # The manifests are not the analysts' business.
        with open_reader(_warehouse(), TRANSFORMER_ROLE) as reader:
            section = batch.read(reader, batches or (), run_id)
    except UnreadableWarehouseError as error:
        section = batch.SECTION.unreadable(str(error))
    return HTMLResponse(render.objects_html(section), 503 if section.problem else 200, HEADERS)


@app.get("/rows", dependencies=may_trigger(RELEASE_DAG))
def quarantined(load_id: int = 0, reason: Parameter = "") -> HTMLResponse:
    """Return rows of the quarantine, to those who may decide about them."""
    try:
        warehouse = _warehouse()
        with open_reader(warehouse) as reader:
            section = rows.read(reader, load_id, reason, lambda key, why: _sample(warehouse, key, why))
    except UnreadableWarehouseError as error:
        section = rows.SECTION.unreadable(str(error))
    return HTMLResponse(render.objects_html(section), 503 if section.problem else 200, HEADERS)


@app.get("/outcome")
def outcome(run_id: Parameter = "") -> JSONResponse:
    """Return what came of an operator's run, in numbers; null before it has ended."""
    try:
        with open_reader(_warehouse(), TRANSFORMER_ROLE) as reader:
            noted = reader.rows("outcome", run_id=run_id)
    except UnreadableWarehouseError as error:
        return JSONResponse({"detail": str(error)}, 503, HEADERS)
    return JSONResponse({"outcome": noted[0]["outcome"] if noted else None}, headers=HEADERS)


@app.get("/static/{name}")
@app.get("/static/{version}/{name}")
def static(request: Request, name: str, version: str = "") -> Response:
    """Return a file of the page; a browser may cache one whose address has a version."""
    if name not in render.STATIC_TYPES:
        raise HTTPException(404, "There is no such file")
    headers = HEADERS | {"Vary": "Accept-Encoding"} | ({"Cache-Control": A_YEAR} if version else {})
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(render.static(name), media_type=render.STATIC_TYPES[name], headers=headers)
    headers["Content-Encoding"] = "gzip"
    return Response(render.compressed(name), media_type=render.STATIC_TYPES[name], headers=headers)


@app.exception_handler(HTTPException)
def refuse(request: Request, error: HTTPException) -> Response:
    """Show a person the way to the login; answer a program as FastAPI does."""
    if "text/html" not in request.headers.get("accept", ""):
        return JSONResponse({"detail": error.detail}, error.status_code, error.headers)
    if error.status_code != 401:
        return HTMLResponse(render.refused_html(f"{error.detail}."), error.status_code, HEADERS)
    refused = render.refused_html("This page needs the same login as Airflow.", login_url(str(request.url)))
    return HTMLResponse(refused, error.status_code, HEADERS)


def _sample(warehouse: Warehouse, key: str, reason: str) -> Sample:
    # Imported here: nothing else of the page needs DuckDB.
    from include.cerebro.maintenance.release.sample import SampleUnreadableError, read_sample

    settings = read_settings()
    try:
        bucket = Place.parse(settings.quarantine_bucket).bucket
        return read_sample(settings, _store(), (bucket, key), reason, Erasures.find(warehouse).among)
    except SampleUnreadableError as error:
        raise UnreadableWarehouseError(str(error)) from error


def _store() -> ObjectStore:
    try:
        return connections.object_store()
    except AirflowNotFoundException as error:
        raise UnreadableWarehouseError(
            "Airflow has no connection 'minio', which the rows of the quarantine are read by. Make one, or set the "
            "environment variable AIRFLOW_CONN_MINIO for the API server, too."
        ) from error
    except connections.ConnectionIncompleteError as error:
        raise UnreadableWarehouseError(str(error)) from error


def _warehouse() -> Warehouse:
    try:
        return connections.warehouse()
    except AirflowNotFoundException as error:
        raise UnreadableWarehouseError(
            "Airflow has no connection 'warehouse'. Make one (Admin > Connections, type postgres), or set the "
            "environment variable AIRFLOW_CONN_WAREHOUSE for the API server, too."
        ) from error
    except connections.ConnectionIncompleteError as error:
        raise UnreadableWarehouseError(str(error)) from error
