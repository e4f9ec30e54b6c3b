"""The names of the PostgreSQL roles.

Roles belong to the whole cluster. Deployments that share one tell theirs apart by a prefix (CEREBRO_ROLE_PREFIX); code
and SQL files write the names with the default one.
"""

from __future__ import annotations

import re

from include.cerebro.platform.names import DEFAULT_ROLE_PREFIX

_ROLE = re.compile(rf"\b{DEFAULT_ROLE_PREFIX}_(loader|transformer|analyst)\b")


def with_prefix(text: str, prefix: str) -> str:
    """Return a role's name, or SQL that names roles, with the prefix of a deployment instead of the default one."""
    return _ROLE.sub(rf"{prefix}_\1", text)
