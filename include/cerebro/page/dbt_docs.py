"""The site of the dbt docs, below the page: for the same people. Cosmos would serve it to anybody."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException
from fastapi.responses import FileResponse

from include.cerebro.platform.settings import read_settings

FILES = {"index.html": "text/html", "manifest.json": "application/json", "catalog.json": "application/json"}

HEADERS = {
    # dbt's own page: one file with its scripts in it, which reads the two JSON files.
    "Content-Security-Policy": "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'unsafe-inline'; img-src data:; font-src data:; connect-src 'self'; base-uri 'self'; "
    "frame-ancestors 'self'",
    # Kept by browsers, and asked for again each time.
    "Cache-Control": "private, no-cache",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}

router = APIRouter(prefix="/dbt")


@router.get("/{name}")
def file(name: str) -> FileResponse:
    """Return a file of the site, which lies beside dbt's manifest."""
    path = read_settings().dbt_manifest.parent / name
    if name not in FILES:
        raise HTTPException(404, "There is no such file")
    if not path.is_file():
        raise HTTPException(404, f"The dbt docs have no {name}: build them (make docs)")
    return FileResponse(path, media_type=FILES[name], headers=HEADERS)
