"""The operator of the load tasks. It loads batches of new objects of one dataset, and reports which.

It reports to Airflow in the events of its assets, and to OpenLineage if that is on. The link "Objects" on the task's
page leads to their list.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator, Context, XComArg
from airflow.sdk.exceptions import AirflowSkipException

from include.cerebro.landing.batches import BatchReference, Parcel
from include.cerebro.ledger import manifests
from include.cerebro.orchestration.links import ObjectsLink
from include.cerebro.platform import connections
from include.cerebro.platform.names import LOADER_ROLE
from include.cerebro.platform.object_store import StoredObject
from include.cerebro.platform.settings import Settings, read_settings
from include.cerebro.platform.warehouse import Warehouse
from include.cerebro.zones.landing_zones import LandingZone, read_landing_zones, zone_named

if TYPE_CHECKING:
    from airflow.providers.openlineage.extractors import OperatorLineage

    from include.cerebro.loading.result import LoadResult

# The event of a full batch (5,000 objects) would fill a page.
KEYS_IN_EVENT = 50


class LoadOperator(BaseOperator):
    """Loads new objects of a dataset into ``raw.<dataset>`` and the ledger; skips itself if there are none.

    Returns the LoadResult as a dict.
    """

    template_fields: Sequence[str] = ("batches",)
    operator_extra_links = (ObjectsLink(),)

    def __init__(
        self, *, dataset: str, batches: BatchReference | list[BatchReference] | XComArg, **kwargs: Any
    ) -> None:
        """Create the task.

        Args:
            dataset: the dataset's name.
            batches: the batches of new objects in ``meta.manifests``: one, or one for each landing zone.
            **kwargs: arguments of BaseOperator.
        """
        super().__init__(**kwargs)
        self.dataset = dataset
        self.batches: Any = batches
        self._loaded: list[tuple[LandingZone, list[StoredObject]]] = []

    def references(self) -> list[BatchReference]:
        """Return the batches that the task is given."""
        batches: BatchReference | list[BatchReference] = self.batches
        return batches if isinstance(batches, list) else [batches]

    def execute(self, context: Context) -> dict[str, Any]:
        """Load the objects, and report the result in the events of all outlets."""
        references = self.references()
        if not references:
            raise AirflowSkipException(f"There are no new objects of {self.dataset}")
        context["batch_name"] = "; ".join(each["name"] for each in references)  # type: ignore[typeddict-unknown-key]  # for map_index_template
        warehouse = connections.warehouse()
        parcels = self._read(references, warehouse)
        if not parcels:
            raise AirflowSkipException("A later run has taken over these objects: the batches are of another day")
        result = self._load(parcels, warehouse, context["run_id"])
        objects = [stored for parcel in parcels for stored in parcel.objects]
        event = result.as_dict() | {
            "failed": result.failed[:KEYS_IN_EVENT],
            "keys": [stored.key for stored in objects[:KEYS_IN_EVENT]],
            "landing_zones": [parcel.landing_zone for parcel in parcels],
        }
        if len(objects) > KEYS_IN_EVENT:
            event["and_more"] = len(objects) - KEYS_IN_EVENT
        for outlet in self.outlets:
            context["outlet_events"][outlet].extra = event
        return result.as_dict()

    def _read(self, references: Sequence[BatchReference], warehouse: Warehouse) -> list[Parcel]:
        """Return the objects of the batches. A later discovery removes batches after a day."""
        parcels = []
        with warehouse.connect(LOADER_ROLE) as connection, connection.cursor() as cursor:
            for reference in references:
                found = manifests.read(cursor, reference["batch"])
                if found:
                    parcels.append(Parcel(*found, reference["batch"]))
        return parcels

    def _load(self, parcels: Sequence[Parcel], warehouse: Warehouse, run_id: str) -> LoadResult:
        """Load every parcel. The trouble of one landing zone does not stop the others; it is raised at the end."""
        from include.cerebro.loading.result import LoadResult

        settings = read_settings()
        zones = read_landing_zones(settings, connections.landing_bucket())
        total = LoadResult()
        errors: list[Exception] = []
        for parcel in parcels:
            try:
                zone = zone_named(zones, parcel.landing_zone)
                result = self._load_parcel(zone, parcel, warehouse, settings, run_id)
            except Exception as error:
                error.add_note(f"Landing zone: {parcel.landing_zone}")
                self.log.exception("The load from the landing zone %s stopped", parcel.landing_zone)
                errors.append(error)
                continue
            total.include(result)
            with warehouse.connect(LOADER_ROLE) as connection, connection.cursor() as cursor:
                manifests.finish(cursor, parcel.batch)
                connection.commit()
            failed = set(result.failed)
            self._loaded.append((zone, [stored for stored in parcel.objects if stored.key not in failed]))
        if errors:
            raise errors[0]
        return total

    def _load_parcel(
        self, zone: LandingZone, parcel: Parcel, warehouse: Warehouse, settings: Settings, run_id: str
    ) -> LoadResult:
        # Imported here: reading a DAG file must not load DuckDB.
        from include.cerebro.loading.load import load, open_site

        return load(self.dataset, open_site(zone, warehouse, settings, run_id), parcel.objects)

    def get_openlineage_facets_on_complete(self, _: object) -> OperatorLineage[Any, Any] | None:
        """Return what was read and written. OpenLineage calls this, and only if it is on."""
        from include.cerebro.lineage import events

        if not self._loaded:
            return None
        return events.load_lineage(
            connections.warehouse(), self.dataset, self._loaded, [asset.name for asset in self.outlets]
        )
