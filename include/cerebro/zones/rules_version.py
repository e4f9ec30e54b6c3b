"""The version of the rules that judge objects: of a landing zone's own, and of the code that applies them."""

from __future__ import annotations

import hashlib
import json
from functools import cache

from include.cerebro.platform.names import PROJECT_ROOT, SQL_ROOT
from include.cerebro.zones.landing_zones import LandingZone

# The files that decide what becomes of an object's content.
_CODE = (
    (PROJECT_ROOT / "include" / "cerebro" / "formats", "*.py"),
    (SQL_ROOT / "formats", "*.sql"),
    (SQL_ROOT / "loading", "*.sql"),
)


def rules_version(zone: LandingZone) -> str:
    """Return a hash that changes with what judges the zone's objects: its rules, ``overlap``, and the code."""
    # A set has another order in each process.
    own = {name: sorted(value) if isinstance(value, frozenset) else value for name, value in zone.rules}
    own["overlap"] = zone.overlap
    text = json.dumps(own, sort_keys=True, default=str)
    return hashlib.sha256(f"{_code_version()} {text}".encode()).hexdigest()[:16]


@cache
def _code_version() -> str:
    digest = hashlib.sha256()
    for folder, pattern in _CODE:
        for path in sorted(folder.rglob(pattern)):
            digest.update(path.relative_to(PROJECT_ROOT).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()
