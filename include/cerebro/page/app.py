"""The page as a FastAPI app, which Airflow's API server mounts under /cerebro. Imported with the first request.

Whoever wants anything of it must be logged in to Airflow, and must be allowed to see the runs of cerebro_restore. The
endpoints are plain functions: FastAPI runs them in threads, so a slow warehouse does not hold up Airflow's own API.
"""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.auth.managers.models.resource_details import AccessView, DagAccessEntity
from airflow.api_fastapi.core_api.security import requires_access_dag, requires_access_view
from airflow.sdk.exceptions import AirflowNotFoundException, AirflowRuntimeError
from fastapi import Depends, FastAPI, HTTPException, Query, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse

from include.cerebro.page import render
from include.cerebro.page.content import Page, read_page
from include.cerebro.page.reader import CannotShowError, open_reader
from include.cerebro.page.section import Section
from include.cerebro.page.sections.biometrics import Choice, biometrics
from include.cerebro.platform import connections
from include.cerebro.platform.warehouse import Warehouse

RESTORE_DAG = "cerebro_restore"

HEADERS = {
    "Cache-Control": "no-store",
    # Nothing from anywhere else, and in no frame but Airflow's. Plotly sets styles.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}
A_YEAR = "private, max-age=31536000, immutable"

app = FastAPI(
    title="Cerebro",
    docs_url=None,
    redoc_url=None,
    openapi_url=None,
    dependencies=[
        Depends(requires_access_view(AccessView.WEBSITE)),
        Depends(requires_access_dag("GET", DagAccessEntity.RUN, RESTORE_DAG)),
    ],
)

Chosen = Annotated[str, Query(max_length=500)]


def _choice(hero: Chosen = "", first_day: Chosen = "", last_day: Chosen = "") -> Choice:
    return Choice(hero, first_day, last_day)


ChoiceDep = Annotated[Choice, Depends(_choice)]


@app.get("/")
def page(choice: ChoiceDep) -> HTMLResponse:
    """Return the whole page; with status 503 if the warehouse does not answer."""
    try:
        content = read_page(_warehouse(), choice)
    except CannotShowError as error:
        content = Page.without_warehouse(str(error))
    return HTMLResponse(render.page_html(content), 503 if content.problem else 200, HEADERS)


@app.get("/biometrics")
def series(choice: ChoiceDep) -> HTMLResponse:
    """Return the section on one hero's biometrics."""
    try:
        with open_reader(_warehouse()) as reader:
            section = biometrics(reader, choice)
    except CannotShowError as error:
        section = Section("biometrics", "Biometrics", "Biometrics", problem=str(error))
    return HTMLResponse(render.section_html(section), headers=HEADERS)


@app.get("/static/{name}")
@app.get("/static/{version}/{name}")
def static(request: Request, name: str, version: str = "") -> Response:
    """Return a file of the page's own; those whose address has a version may be kept."""
    if name not in render.STATIC_TYPES:
        raise HTTPException(404, "There is no such file")
    headers = HEADERS | {"Vary": "Accept-Encoding"} | ({"Cache-Control": A_YEAR} if version else {})
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(render.static(name), media_type=render.STATIC_TYPES[name], headers=headers)
    headers["Content-Encoding"] = "gzip"
    return Response(render.compressed(name), media_type=render.STATIC_TYPES[name], headers=headers)


@app.exception_handler(HTTPException)
def refuse(request: Request, error: HTTPException) -> Response:
    """Answer a person who is not logged in with a way to do so, and a program as FastAPI does."""
    if "text/html" not in request.headers.get("accept", ""):
        return JSONResponse({"detail": error.detail}, error.status_code, error.headers)
    if error.status_code != 401:
        return HTMLResponse(render.refused_html(f"{error.detail}."), error.status_code, HEADERS)
    login = f"{get_auth_manager().get_url_login()}?next={quote(str(request.url), safe='')}"
    sentence = "This page needs the same login as Airflow."
    return HTMLResponse(render.refused_html(sentence, login), error.status_code, HEADERS)


def _warehouse() -> Warehouse:
    try:
        return connections.warehouse()
    except (AirflowNotFoundException, AirflowRuntimeError) as error:
        raise CannotShowError(
            "Airflow has no connection 'warehouse'. Make one (Admin > Connections, type postgres), or set the "
            "environment variable AIRFLOW_CONN_WAREHOUSE for the API server, too."
        ) from error
    except connections.ConnectionIncompleteError as error:
        raise CannotShowError(str(error)) from error
