"""The programs that the stack consists of: how each is started, and with what environment."""

import json
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from include.cerebro.platform import connections_file as airflow_settings
from local import postgres
from local.processes import COMPONENT_MARKER, STACK_MARKER
from local.settings import HOST, REPOSITORY, Ports, Secrets, State, executable

SERVICES = ("postgres", "s3")
# In the order of their starts: the API server takes longest, 8 s of computing.
AIRFLOW = ("api-server", "scheduler", "dag-processor", "triggerer")
COMPONENTS = (*SERVICES, *AIRFLOW)

# Variables of the caller's that would change what the programs do.
_FOREIGN_PREFIXES = (
    "AIRFLOW",
    "AWS_",
    "RCLONE_",
    "DBT_",
    "PG",
    "WAREHOUSE_",
    "PYTHON",
    "_AIRFLOW",
    "SUPERVISOR_",
)

AIRFLOW_SETTINGS = {
    "core": {
        "executor": "LocalExecutor",
        "load_examples": "False",
        "dags_are_paused_at_creation": "False",
        "simple_auth_manager_users": "admin:admin",
        "parallelism": "8",
        # The link "Objects" of a load task shows its arguments: 2,000 objects have 240,000 letters.
        "max_templated_field_length": "500000",
    },
    "scheduler": {
        # Seconds between two looks for work when there was none; a task then starts that much sooner.
        "scheduler_idle_sleep_time": "0.2",
        # Seconds between two looks for tasks of a scheduler that was killed. With the usual 300 its run stays
        # "running" that long after the next start, and holds back all others.
        "orphaned_tasks_check_interval": "15",
    },
    "dag_processor": {
        # Seconds after which a changed file is read again, and new files are looked for.
        "min_file_process_interval": "10",
        "refresh_interval": "10",
    },
    "api": {"host": HOST, "workers": "1"},
    "usage_data_collection": {"enabled": "False"},
    "cosmos": {
        "enable_telemetry": "False",
        # The dbt docs in Airflow's navigation, once `make docs` has made them.
        "dbt_docs_projects": json.dumps(
            {"cerebro": {"dir": str(REPOSITORY / "include" / "dbt" / "target"), "name": "Warehouse (dbt docs)"}}
        ),
    },
}


@dataclass(frozen=True)
class Component:
    """A program of the stack, ready to be started."""

    name: str
    command: list[str]
    environment: dict[str, str]
    # What makes the program stop quickly but in order.
    stop_signal: signal.Signals = signal.SIGTERM
    # Seconds that it has for that, before it is killed.
    patience: int = 8


def component(name: str, state: State) -> Component:
    """The named component of the stack in this state folder."""
    secrets, ports = state.secrets(), state.ports()
    environment = base_environment(state) | {COMPONENT_MARKER: name}
    if name == "postgres":
        command = postgres.server_command(state, ports)
        return Component(name, command, environment | {"LC_ALL": "C.UTF-8"}, signal.SIGINT)
    if name == "s3":
        # The key goes by the environment: arguments are there for all to read.
        environment["RCLONE_AUTH_KEY"] = f'"{secrets.s3_access_key_id},{secrets.s3_secret_access_key}"'
        return Component(name, _s3_command(state, ports), environment)
    command = [str(executable("airflow")), name]
    if name in ("scheduler", "triggerer"):
        # All share one log folder, so nobody needs to serve logs on a port of its own.
        command.append("--skip-serve-logs")
    # Only the scheduler has something to put in order; the others would wait for their clients.
    patience = 5 if name == "scheduler" else 2
    return Component(name, command, environment | airflow_environment(state, secrets, ports), signal.SIGTERM, patience)


def _s3_command(state: State, ports: Ports) -> list[str]:
    buckets = str(state.buckets).replace("'", "''")
    return [
        str(executable("rclone")),
        "serve",
        "s3",
        f"--addr={HOST}:{ports.s3}",
        "--config=/dev/null",
        # Files that were put into the folder directly are seen after a second, not after five minutes.
        # (With 0 every request reads the whole folder again: 115 ms among 2,000 objects, against 2 ms.)
        "--dir-cache-time=1s",
        # A ranged read took 24 ms with the default, which waits for reads in sequence, against 2 ms.
        "--vfs-read-wait=0",
        # A file that is read in one piece is hashed, and its hash written to disk and flushed, each time. Read in
        # pieces it is not: 1,000 objects of 36 KB came in 0.6 s instead of 1.1 s.
        "--vfs-read-chunk-size=16k",
        # And not hashed to compare it with what was remembered: 0.33 instead of 0.43 ms of processor time an object.
        "--no-checksum",
        # The listing's ETags are MD5 sums. Remembered they cost nothing; made anew, 1.7 s a GB each time.
        f"--cache-dir={state.folder / 's3-cache'}",
        f":hasher,remote='{buckets}',hashes=md5,max_age=off:",
    ]


def base_environment(state: State) -> dict[str, str]:
    """The caller's environment without what would change the programs, with the stack's marker."""
    environment = {name: value for name, value in os.environ.items() if not name.upper().startswith(_FOREIGN_PREFIXES)}
    local = "127.0.0.1,localhost"
    return environment | {
        STACK_MARKER: str(state.folder),
        "CEREBRO_STATE_DIR": str(state.folder),
        "PATH": f"{sys.prefix}/bin:{environment.get('PATH', '/usr/bin:/bin')}",
        # A process that changes its title keeps its environment readable: it is known by it.
        "SPT_NOENV": "1",
        "no_proxy": f"{environment['no_proxy']},{local}" if environment.get("no_proxy") else local,
        "NO_PROXY": f"{environment['NO_PROXY']},{local}" if environment.get("NO_PROXY") else local,
        "DO_NOT_TRACK": "1",
        "PYTHONUNBUFFERED": "1",
    }


def connections(secrets: Secrets, ports: Ports) -> dict[str, str]:
    """The connections of airflow_settings.yaml, with this stack's keys and addresses, as environment variables."""
    store: dict[str, Any] = {
        "login": secrets.s3_access_key_id,
        "password": secrets.s3_secret_access_key,
        "extra": {"endpoint_url": f"http://{HOST}:{ports.s3}"},
    }
    warehouse: dict[str, Any] = {"host": HOST, "port": ports.postgres, "password": secrets.cerebro_password}
    # The embedded S3 server has one key for all.
    own = {"minio": store, "minio_sample_data": store, "warehouse": warehouse}
    return airflow_settings.as_environment(airflow_settings.with_overrides(airflow_settings.read_connections(), own))


def _openlineage_transport(target: str) -> dict[str, object]:
    """Where lineage events go: the address of Marquez or DataHub, or a folder that gets a file for each event."""
    if target.startswith(("http://", "https://")):
        return {"type": "http", "url": target}
    folder = Path(target).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    return {"type": "file", "log_file_path": str(folder / "event"), "append": False}


def airflow_environment(state: State, secrets: Secrets, ports: Ports) -> dict[str, str]:
    """All of Airflow's configuration."""
    url = f"http://{HOST}:{ports.airflow}"
    database = f"airflow:{secrets.airflow_database_password}@{HOST}:{ports.postgres}/airflow"
    settings = {section: dict(options) for section, options in AIRFLOW_SETTINGS.items()}
    settings["core"] |= {
        "dags_folder": os.environ.get("CEREBRO_DAGS_FOLDER", str(REPOSITORY / "dags")),
        "plugins_folder": str(REPOSITORY / "plugins"),
        "fernet_key": secrets.airflow_fernet_key,
        "simple_auth_manager_passwords_file": str(state.passwords_file),
        "execution_api_server_url": f"{url}/execution/",
    }
    # By default in /tmp for everybody: a second clone, or another user's, would find its files closed.
    settings["cosmos"]["cache_dir"] = str(state.folder / "cosmos")
    settings["database"] = {"sql_alchemy_conn": f"postgresql+psycopg2://{database}"}
    if lineage := os.environ.get("CEREBRO_OPENLINEAGE"):
        settings["openlineage"] = {"transport": json.dumps(_openlineage_transport(lineage)), "namespace": "cerebro"}
    settings["api"] |= {"port": str(ports.airflow), "base_url": url, "secret_key": secrets.airflow_api_secret}
    settings["api_auth"] = {"jwt_secret": secrets.airflow_jwt_secret}
    configuration = {
        f"AIRFLOW__{section.upper()}__{option.upper()}": value
        for section, options in settings.items()
        for option, value in options.items()
    }
    return (
        configuration
        | connections(secrets, ports)
        | {
            "AIRFLOW_HOME": str(state.airflow_home),
            "PYTHONPATH": str(REPOSITORY),
            "CEREBRO_DBT_EXECUTABLE": str(executable("dbt")),
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "False",
        }
    )


def public_environment(secrets: Secrets, ports: Ports) -> dict[str, str]:
    """What .local/env holds: addresses and credentials for users of the running stack."""
    return {
        "S3_ENDPOINT_URL": f"http://{HOST}:{ports.s3}",
        "AWS_ACCESS_KEY_ID": secrets.s3_access_key_id,
        "AWS_SECRET_ACCESS_KEY": secrets.s3_secret_access_key,
        "WAREHOUSE_URI": f"postgresql://cerebro:{secrets.cerebro_password}@{HOST}:{ports.postgres}/cerebro",
        "AIRFLOW_API_URL": f"http://{HOST}:{ports.airflow}",
        "AIRFLOW_USERNAME": "admin",
        "AIRFLOW_PASSWORD": secrets.airflow_password,
    }
