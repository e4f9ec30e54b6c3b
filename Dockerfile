# Airflow as the Astro CLI runs it, with the project inside: the base image's ONBUILD steps install packages.txt and
# requirements.txt and copy every file that .dockerignore does not exclude. The tag is a literal, because the CLI reads
# it here.
FROM astrocrpublic.azurecr.io/runtime:3.3-8-python-3.12

# dbt has a separate environment: Airflow's constraints pin a newer pathspec than dbt-core 1.11 allows.
RUN python -m venv /usr/local/airflow/dbt_venv \
    && env -u PIP_CONSTRAINT /usr/local/airflow/dbt_venv/bin/pip install --no-cache-dir --quiet --disable-pip-version-check \
        --require-hashes --no-deps --requirement requirements-dbt.lock \
    && /usr/local/airflow/dbt_venv/bin/pip check

# The virtual environment and the target folder are outside the folders that the Astro CLI mounts over the image's.
ENV CEREBRO_DBT_EXECUTABLE=/usr/local/airflow/dbt_venv/bin/dbt \
    CEREBRO_DBT_MANIFEST=/usr/local/airflow/dbt_target/manifest.json \
    AIRFLOW__COSMOS__ENABLE_TELEMETRY=False \
    AIRFLOW__USAGE_DATA_COLLECTION__ENABLED=False \
    DBT_SEND_ANONYMOUS_USAGE_STATS=False \
    DO_NOT_TRACK=1

# Builds the manifest, so that neither a DAG file nor a task has to parse the dbt project, and the docs site.
RUN export DBT_TARGET_PATH=/usr/local/airflow/dbt_target DBT_LOG_PATH=/tmp/dbt-logs \
        DBT_PROJECT_DIR=/usr/local/airflow/include/dbt DBT_PROFILES_DIR=/usr/local/airflow/include/dbt \
    && $CEREBRO_DBT_EXECUTABLE --quiet parse \
    && $CEREBRO_DBT_EXECUTABLE --quiet docs generate --no-compile --empty-catalog \
    && rm -rf /tmp/dbt-logs

# Any user of group 0 may run it, as OpenShift demands: Airflow writes to its home and to its logs, and dbt to /tmp.
USER root
RUN mkdir -p /usr/local/airflow/logs \
    && chgrp 0 /usr/local/airflow /usr/local/airflow/logs \
    && chmod g=u /usr/local/airflow /usr/local/airflow/logs
# A number, by which Kubernetes knows that it is not root: the base image's user astro.
USER 50000:0
