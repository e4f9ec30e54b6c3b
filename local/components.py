"""The programs of the stack: the command and the environment of each."""

import json
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from include.cerebro.platform import connections_file
from local import postgres
from local.processes import COMPONENT_MARKER, STACK_MARKER
from local.settings import REPOSITORY, StackSettings, executable, own_environment
from local.state import HOST, Ports, Secrets, State
from local.system import ENVIRONMENT, UTF8_LOCALE

SERVICES = ("postgres", "s3")
# In the order of their starts: the API server takes longest, 8 s of computing.
AIRFLOW = ("api-server", "scheduler", "dag-processor", "triggerer")
COMPONENTS = (*SERVICES, *AIRFLOW)

AIRFLOW_SETTINGS = {
    "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
    "AIRFLOW__CORE__PLUGINS_FOLDER": str(REPOSITORY / "plugins"),
    "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": "admin:admin",
    # Tasks that run at the same time. The sample's answers came after 20.3, 21.0 and 19.0 s with 4, after 21.5 and
    # 19.9 s with 6, and after 19.4, 23.6 and 23.1 s with 8: more of them share two cores with the one dbt process.
    "AIRFLOW__CORE__PARALLELISM": "4",
    # Seconds between two polls for work when there was none; a task then starts that much sooner.
    "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.2",
    # Seconds between two searches for tasks of a scheduler that was killed. With the default 300 its run stays
    # "running" that long after the next start, and holds back all others.
    "AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "15",
    # Seconds after which a worker looks again whether the process of a task has ended, if it looked a moment too early
    # (docs/decisions/0067), and between two heartbeats of a task.
    "AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL": "1",
    # Seconds after which each DAG file is read again, because what it imports may have changed. A DAG file that changed
    # itself is read within REFRESH_INTERVAL. While nothing runs, all of Airflow takes 0.40 of a core, with 10 s 0.57.
    "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "60",
    "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "10",
    "AIRFLOW__API__HOST": HOST,
    "AIRFLOW__API__WORKERS": "1",
    "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
    "AIRFLOW__COSMOS__ENABLE_TELEMETRY": "False",
    "PYTHONPATH": str(REPOSITORY),
}


@dataclass(frozen=True)
class Component:
    """A program of the stack, ready to be started."""

    name: str
    command: list[str]
    environment: dict[str, str]
    # Stops the program quickly but in order.
    stop_signal: signal.Signals = signal.SIGTERM
    # Seconds until it is killed.
    grace_period: int = 8


def component(name: str, settings: StackSettings) -> Component:
    """Return a component of the stack with these settings, by its name."""
    state = settings.state
    environment = base_environment(settings) | {COMPONENT_MARKER: name}
    if name == "postgres":
        return Component(name, postgres.server_command(state), environment | {"LC_ALL": UTF8_LOCALE}, signal.SIGINT)
    if name == "s3":
        # In the environment, because every user can read the arguments of a process.
        key = f'"{state.secrets().s3_access_key_id},{state.secrets().s3_secret_access_key}"'
        return Component(name, _s3_command(state), environment | {"RCLONE_AUTH_KEY": key})
    # All share one log folder, so no component needs to serve logs on a port of its own.
    options = ["--skip-serve-logs"] if name in ("scheduler", "triggerer") else []
    command = [str(executable("airflow")), name, *options]
    # Only the scheduler has work to complete; the others would wait for their clients.
    grace_period = 5 if name == "scheduler" else 2
    return Component(name, command, environment | airflow_environment(settings), grace_period=grace_period)


def _s3_command(state: State) -> list[str]:
    buckets = str(state.buckets).replace("'", "''")
    return [
        str(executable("rclone")),
        "serve",
        "s3",
        f"--addr={HOST}:{state.ports().s3}",
        "--config=/dev/null",
        # Files that are put into the folder directly are seen after a second, not after five minutes.
        # (With 0 every request reads the whole folder again: 115 ms among 2,000 objects, against 2 ms.)
        "--dir-cache-time=1s",
        # A ranged read took 24 ms with the default, which waits for reads in sequence, against 2 ms.
        "--vfs-read-wait=0",
        # A file that is read in one piece is hashed, and its hash written to disk and flushed, each time. A file that
        # is read in pieces is not: 1,000 objects of 36 KB came in 0.6 s instead of 1.1 s.
        "--vfs-read-chunk-size=16k",
        # It is not hashed for a comparison with the remembered hash either: 0.33 instead of 0.43 ms of processor time
        # an object.
        "--no-checksum",
        # The listing's ETags are MD5 sums. Remembering them costs nothing, computing them again 1.7 s a GB each time.
        f"--cache-dir={state.folder / 's3-cache'}",
        f":hasher,remote='{buckets}',hashes=md5,max_age=off:",
    ]


def base_environment(settings: StackSettings) -> dict[str, str]:
    """The caller's environment without what would change the programs, with the stack's marker and settings."""
    environment = own_environment()
    for name in ("no_proxy", "NO_PROXY"):
        environment[name] = ",".join(filter(None, (environment.get(name), "127.0.0.1,localhost")))
    own = {
        STACK_MARKER: str(settings.state_dir),
        "PATH": f"{sys.prefix}/bin:{environment.get('PATH', '/usr/bin:/bin')}",
        # A process that changes its title keeps its environment readable, by which `processes.find` finds it.
        "SPT_NOENV": "1",
        "DO_NOT_TRACK": "1",
        "PYTHONUNBUFFERED": "1",
    }
    return environment | settings.environment() | ENVIRONMENT | own


def connections(secrets: Secrets, ports: Ports) -> dict[str, str]:
    """The connections of airflow_settings.yaml, with this stack's keys and addresses, as environment variables."""
    endpoint = {"endpoint_url": f"http://{HOST}:{ports.s3}"}
    store = {"login": secrets.s3_access_key_id, "password": secrets.s3_secret_access_key, "extra": endpoint}
    warehouse: dict[str, Any] = {"host": HOST, "port": ports.postgres, "password": secrets.cerebro_password}
    # The embedded S3 server has one key for all.
    own = {"minio": store, "minio_sample_data": store, "warehouse": warehouse}
    return connections_file.as_environment(connections_file.with_overrides(connections_file.read_connections(), own))


def airflow_environment(settings: StackSettings) -> dict[str, str]:
    """Return all environment variables that configure Airflow."""
    state = settings.state
    secrets, ports = state.secrets(), state.ports()
    url = f"http://{HOST}:{ports.airflow}"
    database = f"airflow:{secrets.airflow_database_password}@{HOST}:{ports.postgres}/airflow"
    own = {
        "AIRFLOW_HOME": str(state.airflow_home),
        # The defaults, which Airflow does not fill in if the path has a "%": its logs were in "{AIRFLOW_HOME}/logs".
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(state.airflow_home / "logs"),
        "AIRFLOW__LOGGING__DAG_PROCESSOR_CHILD_PROCESS_LOG_DIRECTORY": str(state.airflow_home / "logs/dag_processor"),
        "AIRFLOW__CORE__DAGS_FOLDER": str(settings.dags_folder),
        "AIRFLOW__CORE__FERNET_KEY": secrets.airflow_fernet_key,
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(state.passwords_file),
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{url}/execution/",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"postgresql+psycopg2://{database}",
        "AIRFLOW__API__PORT": str(ports.airflow),
        "AIRFLOW__API__BASE_URL": url,
        "AIRFLOW__API__SECRET_KEY": secrets.airflow_api_secret,
        "AIRFLOW__API_AUTH__JWT_SECRET": secrets.airflow_jwt_secret,
        # The default is in /tmp: a second clone, or another user's, would find its files closed.
        "AIRFLOW__COSMOS__CACHE_DIR": str(state.folder / "cosmos"),
        "CEREBRO_DBT_EXECUTABLE": str(executable("dbt")),
    }
    if target := settings.openlineage:
        transport: dict[str, object] = {"type": "http", "url": target}
        if not target.startswith(("http://", "https://")):
            Path(target).mkdir(parents=True, exist_ok=True)
            transport = {"type": "file", "log_file_path": f"{target}/event", "append": False}
        own["AIRFLOW__OPENLINEAGE__TRANSPORT"] = json.dumps(transport)
        own["AIRFLOW__OPENLINEAGE__NAMESPACE"] = "cerebro"
    return AIRFLOW_SETTINGS | connections(secrets, ports) | own
