"""OpenLineage events: the objects that a task read and the tables that it wrote.

Objects are ``s3://<bucket>`` and their key, tables ``postgres://<host>:<port>`` and ``<database>.<schema>.<table>``:
OpenLineage prescribes these names, and dbt's own events use them. Nothing here is called unless a transport is set
(``AIRFLOW__OPENLINEAGE__TRANSPORT``).
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from include.cerebro.formats.parquet import MEASURES
from include.cerebro.lineage.columns import column_lineage
from include.cerebro.platform.names import TRANSFORMER_ROLE
from include.cerebro.platform.object_store import StoredObject
from include.cerebro.platform.sql import read_sql
from include.cerebro.platform.warehouse import Warehouse
from include.cerebro.zones.datasets import DATASETS
from include.cerebro.zones.landing_zones import LandingZone

if TYPE_CHECKING:
    from airflow.providers.openlineage.extractors import OperatorLineage
    from openlineage.client.event_v2 import OutputDataset

log = logging.getLogger(__name__)

# Up to this many objects, each column of a load names its objects one by one; beyond, it names their folder.
# The event of 2,000 biometrics objects has 0.8 MB; with every column naming every object it would have 6.4 MB.
OBJECTS_BY_COLUMN = 100

# The fields of an object that each column of a table is made from.
_READ_BY_COLUMN: dict[str, dict[str, Sequence[str]]] = {
    "raw.heroes": dict.fromkeys(("record", "fields"), ("hero_id", "name", "alter_ego", "first_appearance")),
    "raw.missions": {
        "mission_at": ("timestamp",),
        **dict.fromkeys(
            ("record", "fields"), ("mission_id", "hero_ids", "location", "timestamp", "outcome", "damage_report")
        ),
    },
    "raw.biometrics": {
        "hero_id": ("hero_id",),
        "minute_at": ("timestamp",),
        "seconds": ("timestamp", *MEASURES),
        "reading_count": ("timestamp", "hero_id", *MEASURES),
        **{f"{measure}_{part}": (measure,) for measure in MEASURES for part in ("count", "sum", "min", "max")},
    },
    "raw.load_hours": {
        "hero_id": ("hero_id",),
        "hour_at": ("timestamp",),
        "reading_count": ("timestamp", "hero_id", *MEASURES),
    },
}

Columns = Mapping[str, Mapping[str, Mapping[str, str]]]


def bucket_namespace(bucket: str) -> str:
    """Return the OpenLineage namespace of a bucket."""
    return f"s3://{bucket}"


def warehouse_namespace(warehouse: Warehouse) -> str:
    """Return the OpenLineage namespace of the warehouse."""
    return f"postgres://{warehouse.host}:{warehouse.port}"


def load_lineage(
    warehouse: Warehouse,
    dataset: str,
    loaded: Iterable[tuple[LandingZone, Sequence[StoredObject]]],
    tables: Iterable[str],
) -> OperatorLineage[Any, Any]:
    """Return what a load task read and wrote.

    All objects are inputs, in their version (ETag). As the source of columns their folder stands for those of a landing
    zone if there are more than OBJECTS_BY_COLUMN.

    Args:
        warehouse: the warehouse.
        dataset: the dataset.
        loaded: the objects that were loaded, by landing zone.
        tables: the tables that were written, as schema.table.
    """
    from airflow.providers.openlineage.extractors import OperatorLineage
    from openlineage.client.event_v2 import InputDataset
    from openlineage.client.facet_v2 import dataset_version_dataset

    inputs: list[InputDataset] = []
    sources: list[tuple[str, str]] = []
    for zone, objects in loaded:
        namespace = bucket_namespace(zone.bucket)
        inputs += [
            InputDataset(
                namespace,
                stored.key,
                facets={"version": dataset_version_dataset.DatasetVersionDatasetFacet(stored.etag)},
            )
            for stored in objects
        ]
        if len(objects) > OBJECTS_BY_COLUMN:
            (stem,) = (known.within(zone.prefix).stem for known in DATASETS if known.name == dataset)
            sources.append((namespace, stem))
            inputs.append(InputDataset(namespace, stem))
        else:
            sources += [(namespace, stored.key) for stored in objects]

    def made_from(table: str) -> dict[str, list[tuple[str, str, str]]]:
        return {
            column: [(namespace, name, field) for namespace, name in sources for field in fields]
            for column, fields in _READ_BY_COLUMN.get(table, {}).items()
        }

    columns = read_columns(warehouse, ["raw"])
    return OperatorLineage(
        inputs=inputs,
        outputs=[_output(warehouse, table, columns, made_from(table)) for table in tables],
    )


def model_lineage(warehouse: Warehouse, reads: Sequence[str], model: str, sql: str | None) -> OperatorLineage[Any, Any]:
    """Return what a dbt model reads and writes.

    Args:
        warehouse: the warehouse.
        reads: the tables that the model reads, as schema.table.
        model: the table that the model writes, as schema.table.
        sql: the query as dbt compiled it; without it there is no column lineage.
    """
    from airflow.providers.openlineage.extractors import OperatorLineage
    from openlineage.client.event_v2 import InputDataset
    from openlineage.client.facet_v2 import sql_job

    namespace = warehouse_namespace(warehouse)
    columns = read_columns(warehouse, sorted({table.split(".")[0] for table in (*reads, model)}))
    made_from = {}
    if sql:
        try:
            made_from = {
                name: [
                    (namespace, _name(warehouse, f"{source.schema}.{source.table}"), source.name) for source in found
                ]
                for name, found in column_lineage(sql, columns).items()
            }
        except Exception as error:  # noqa: BLE001 - lineage never fails a task
            log.warning("Column lineage of %s is unknown: %s", model, error)
    return OperatorLineage(
        inputs=[InputDataset(namespace, _name(warehouse, table)) for table in reads],
        outputs=[_output(warehouse, model, columns, made_from)],
        job_facets={"sql": sql_job.SQLJobFacet(sql)} if sql else {},
    )


def read_columns(warehouse: Warehouse, schemas: Sequence[str]) -> Columns:
    """Return the tables of these schemas: schema -> table -> column -> type."""
    found: dict[str, dict[str, dict[str, str]]] = {}
    with warehouse.connect(TRANSFORMER_ROLE) as connection, connection.cursor() as cursor:
        cursor.execute(read_sql("lineage/columns.sql"), {"schemas": list(schemas)})
        for schema, table, column, data_type in cursor.fetchall():
            found.setdefault(schema, {}).setdefault(table, {})[column] = data_type
    return found


def _name(warehouse: Warehouse, table: str) -> str:
    return f"{warehouse.database}.{table}"


def _output(
    warehouse: Warehouse, table: str, columns: Columns, made_from: Mapping[str, list[tuple[str, str, str]]]
) -> OutputDataset:
    """Return a table that was written, with its columns and their sources."""
    from openlineage.client.event_v2 import OutputDataset
    from openlineage.client.facet_v2 import column_lineage_dataset, schema_dataset

    schema, name = table.split(".")
    facets: dict[str, Any] = {
        "schema": schema_dataset.SchemaDatasetFacet(
            [
                schema_dataset.SchemaDatasetFacetFields(column, data_type)
                for column, data_type in columns.get(schema, {}).get(name, {}).items()
            ]
        )
    }
    if made_from:
        facets["columnLineage"] = column_lineage_dataset.ColumnLineageDatasetFacet(
            {
                column: column_lineage_dataset.Fields(
                    [column_lineage_dataset.InputField(*source) for source in sources]
                )
                for column, sources in made_from.items()
                if sources
            }
        )
    return OutputDataset(warehouse_namespace(warehouse), _name(warehouse, table), facets=facets)
