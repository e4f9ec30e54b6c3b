"""dbt's profile: it logs in to the warehouse as everything else does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from cosmos import ProfileConfig
from cosmos.profiles import PostgresUserPasswordProfileMapping

from include.cerebro.platform import connections
from include.cerebro.platform.names import DBT_ROOT, WAREHOUSE_CONN_ID
from include.cerebro.platform.password_file import password_file
from include.cerebro.platform.settings import Settings
from include.cerebro.platform.warehouse import DEFAULTS

PROFILE = "cerebro"
TARGET = "prod"

# libpq's parameters that dbt-postgres takes from a profile, and their types there.
IN_PROFILE = {
    "application_name": str,
    "connect_timeout": int,
    "keepalives_idle": int,
    "sslmode": str,
    "sslcert": str,
    "sslkey": str,
    "sslrootcert": str,
}


class WarehouseProfile(PostgresUserPasswordProfileMapping):  # type: ignore[misc]  # Cosmos brings no types
    """Maps ``connections.dbt_warehouse`` to dbt: what a profile cannot hold are environment variables of libpq.

    Cosmos' own mapping knows neither ``sslrootcert`` nor a login without password, and has no default database.
    """

    @property
    def profile(self) -> dict[str, Any]:
        """The profile, with the password in an environment variable."""
        warehouse = connections.dbt_warehouse()
        parameters = {"keepalives_idle": DEFAULTS["keepalives_idle"], **warehouse.parameters}
        return {
            "type": self.dbt_profile_type,
            "host": warehouse.host,
            "port": warehouse.port,
            "user": warehouse.user,
            "password": self.get_env_var_format("password"),
            "dbname": warehouse.database,
            **{name: IN_PROFILE[name](value) for name, value in parameters.items() if name in IN_PROFILE},
            **self.profile_args,
        }

    @property
    def env_vars(self) -> dict[str, str]:
        """The environment variables of dbt's process: the password, and libpq's (PGOPTIONS, PGPASSFILE and so on).

        A password that expires is not among them: see ``WarehouseProfileConfig``.
        """
        warehouse = connections.dbt_warehouse()
        others = {name: value for name, value in warehouse.parameters.items() if name not in IN_PROFILE}
        return {
            self.get_env_var_name("password"): warehouse.password,
            **{f"PG{name.replace('_', '').upper()}": str(value) for name, value in others.items()},
        }


class WarehouseProfileConfig(ProfileConfig):  # type: ignore[misc]  # Cosmos brings no types
    """The profile while dbt runs. A password that expires is in a file, because dbt logs in again for each model."""

    @contextmanager
    def ensure_profile(self, *args: Any, **kwargs: Any) -> Iterator[tuple[Path, dict[str, str]]]:
        """Yield the profile and the environment variables of dbt's process, which hold until the end."""
        with super().ensure_profile(*args, **kwargs) as (profile, variables):
            new_password = connections.dbt_warehouse().new_password
            if new_password is None:
                yield profile, variables
            else:
                with password_file(new_password) as file:
                    yield profile, variables | {"PGPASSFILE": str(file)}


@cache
def role_and_settings() -> str:
    """Return the role and the settings of dbt's sessions, which profiles.yml holds and explains."""
    profiles = yaml.safe_load((DBT_ROOT / "profiles.yml").read_text(encoding="utf-8"))
    return str(profiles[PROFILE]["outputs"][TARGET]["role"])


def profile_config(settings: Settings) -> ProfileConfig:
    """Return the profile of dbt's tasks. The connection is read when a task runs."""
    arguments = {"schema": "staging", "role": role_and_settings(), "threads": settings.dbt_threads}
    return WarehouseProfileConfig(
        profile_name=PROFILE,
        target_name=TARGET,
        profile_mapping=WarehouseProfile(conn_id=WAREHOUSE_CONN_ID, profile_args=arguments),
    )
