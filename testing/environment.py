"""What a user may have exported for other work, each with a value that breaks who reads it."""

HOSTILE = {
    "AIRFLOW_HOME": "/nowhere",
    "AIRFLOW__CORE__EXECUTOR": "NoExecutor",
    "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": "postgresql://nobody@127.0.0.1:1/nothing",
    "ALL_PROXY": "socks5://127.0.0.1:1",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
    "AWS_PROFILE": "missing",
    "DBT_PROFILE": "missing",
    "DBT_PROJECT_DIR": "/nowhere",
    "DBT_TARGET": "missing",
    "DBT_TARGET_PATH": "/nowhere",
    "HTTPS_PROXY": "socks5://127.0.0.1:1",
    # Programs use this one for addresses outside, and none is needed.
    "HTTP_PROXY": "http://127.0.0.1:1",
    "PGHOST": "192.0.2.1",
    "PGOPTIONS": "-c search_path=nowhere",
    "PGSERVICE": "missing",
    "PGSSLMODE": "verify-full",
    "WAREHOUSE_PORT": "none",
}
