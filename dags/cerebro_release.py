"""
### Cerebro release

Decides about rejected rows of one object: those of one reason are released, or discarded. The section "Quarantine" of
the page Cerebro lists what waits, with the ids of the loads.

- **Release**: the rows are judged by today's rules again, with the corrections that you name, if any. What is accepted
  is in force from then on, by a load that supersedes the object's. What is rejected again stays in the quarantine.
- **Discard**: the rows stay rejected and counted, and leave the list of what waits.

1. **preview** says what would become of the rows, and changes nothing. A **dry run** ends there.
2. **approve** waits up to a week for somebody to approve or reject it (*Required Actions* of this run), unless the
   Param `approve` is `now`.
3. **decide** does it, in one transaction, to the load that was looked at: if another is in force since, it fails.
4. **announce** triggers `cerebro_restore`, which transforms.

Who decided, when and why is in `raw.quarantine_decisions` and `meta.maintenance_actions`.
"""

from __future__ import annotations

from airflow.sdk import Param, chain, dag

from include.cerebro.maintenance.approval import APPROVE, approval
from include.cerebro.maintenance.release.tasks import announce, decide, preview
from include.cerebro.orchestration.retries import task_defaults, within
from include.cerebro.platform.names import DEFAULT_LANDING_ZONE
from include.cerebro.platform.settings import read_settings
from include.cerebro.schema.tasks import prepare_warehouse

SETTINGS = read_settings()


def _factor(measure: str) -> Param:
    return Param(
        1,
        type="number",
        exclusiveMinimum=0,
        title=f"Factor of {measure.replace('_', ' ')}",
        description="What each value is multiplied with: the sensor's unit in the unit of the warehouse.",
        section="Corrections of a release",
    )


PARAMS = {
    "action": Param("release", enum=["release", "discard"], type="string", title="What to do"),
    "load_id": Param(
        None, type=["null", "integer"], title="Load", description="The id of the load, as the page shows it."
    ),
    "landing_zone": Param(
        DEFAULT_LANDING_ZONE,
        type="string",
        title="Landing zone",
        description="With the key, in place of the load's id.",
    ),
    "object_key": Param("", type="string", title="Key of the object"),
    "reason": Param(
        type="string", minLength=3, title="Reason", description="Why the rows were rejected, e.g. missing_hero_id."
    ),
    "dry_run": Param(True, type="boolean", title="Dry run", description="Only say what would become of the rows."),
    "approve": APPROVE,
    "why": Param(type="string", minLength=3, title="Why", description="Kept with the decision."),
    "hero_id": Param(
        "",
        type="string",
        maxLength=200,
        title="Hero id",
        description="The hero of all these rows; empty leaves them as they are.",
        section="Corrections of a release",
    ),
    "mission_id": Param(
        "",
        type="string",
        maxLength=200,
        title="Mission id",
        description="The mission of all these records.",
        section="Corrections of a release",
    ),
    "shift_seconds": Param(
        0,
        type="number",
        title="Shift of the timestamps",
        description="Seconds that are added to the timestamps of readings.",
        section="Corrections of a release",
    ),
    "heart_rate_factor": _factor("heart_rate"),
    "stress_level_factor": _factor("stress_level"),
    "energy_output_factor": _factor("energy_output"),
}


@dag(
    schedule=None,
    params=PARAMS,
    is_paused_upon_creation=False,
    # A run may wait for its approval for days. Decisions take turns.
    max_active_runs=16,
    tags=["cerebro", "maintenance"],
    default_args=task_defaults(SETTINGS.task_timeout_minutes),
    doc_md=__doc__,
)
def cerebro_release() -> None:
    """Look, ask, decide, announce."""
    limit = within(SETTINGS.load_timeout_minutes)
    previewed = preview.override(**limit)()
    asked = approval("Decide about these rows?", "{{ (ti.xcom_pull(task_ids='preview') or {}).get('question') }}")
    outcome = decide.override(max_active_tis_per_dag=1, **limit)(previewed)
    chain(prepare_warehouse(), previewed, asked, outcome, announce(outcome))


cerebro_release()
