"""
### Cerebro reprocess

Loads again what is in force, so that today's rules judge it. Trigger it after a change of rules; the section "Rules" of
the page Cerebro shows what older rules have judged.

1. **choose** counts the loads that the Params mean. A dry run ends here.
2. **load_again** reads their objects once more. Each new load supersedes the old one, which stays in `raw` as history.
   Objects that have left the landing zone, or changed in it, are named and stay as they are. So do objects of which
   rows were released from the quarantine.
3. **announce** triggers `cerebro_restore`, which transforms.
4. **check_refused** is red if today's rules refuse objects whole. Their loads stay in force.

With the *source* archive it brings back whole months that `cerebro_retention` has taken out of `raw`, from *First day*
on: to the loads that they were of, as they were. The terms of the deployment must keep them
(`docs/how-to/set-retention.md`).

One run loads a limited number of objects; `objects_remaining` in the result of **load_again** says how many are left.
Trigger it again for these. Any task can be cleared: what the run has made is not made again.
"""

from __future__ import annotations

from airflow.sdk import Param, chain, dag

from include.cerebro.maintenance.reprocess.tasks import announce, check_refused, choose, load_again
from include.cerebro.orchestration.retries import task_defaults, within
from include.cerebro.platform.settings import read_settings
from include.cerebro.schema.tasks import prepare_warehouse

SETTINGS = read_settings()

PARAMS = {
    "source": Param(
        "landing zone",
        enum=["landing zone", "archive"],
        type="string",
        title="Source",
        description="Objects of the landing zone, or months that retention has archived, from the first day on.",
    ),
    "landing_zone": Param("", type="string", title="Landing zone", description="Its name; empty means all."),
    "dataset": Param("all", enum=["all", "heroes", "missions", "biometrics"], type="string", title="Dataset"),
    "key_pattern": Param(
        "",
        type="string",
        title="Keys",
        description="What the keys look like: * stands for any characters, slashes too, ? for one. Empty means all.",
    ),
    "first_day": Param(
        None,
        type=["null", "string"],
        format="date",
        title="First day",
        description="Of the readings or missions, in UTC. Hero files have no days: days do not leave them out.",
    ),
    "last_day": Param(None, type=["null", "string"], format="date", title="Last day"),
    "only_older_rules": Param(
        True,
        type="boolean",
        title="Only loads of older rules",
        description="Whether to leave out what today's rules have judged already.",
    ),
    "loaded_before": Param(
        None,
        type=["null", "string"],
        format="date-time",
        title="Loaded before",
        description="Only loads made before this instant. To go on with an earlier run, give the time of its start.",
    ),
    "most_objects": Param(
        10_000,
        type="integer",
        minimum=1,
        title="Objects at most",
        description="How many objects one run loads again. It names how many remain.",
    ),
    "include_released": Param(
        False,
        type="boolean",
        title="Also objects with released rows",
        description="Their released rows go back to the quarantine if the rules still reject them.",
    ),
    "dry_run": Param(True, type="boolean", title="Dry run", description="Only say what would be loaded."),
    "reason": Param(type="string", minLength=3, title="Why", description="Kept in meta.maintenance_actions."),
}


@dag(
    schedule=None,
    params=PARAMS,
    is_paused_upon_creation=False,
    max_active_runs=1,
    tags=["cerebro", "maintenance"],
    default_args=task_defaults(SETTINGS.task_timeout_minutes),
    doc_md=__doc__,
)
def cerebro_reprocess() -> None:
    """Choose, load again, announce."""
    chosen = choose()
    outcome = load_again.override(**within(SETTINGS.load_timeout_minutes))()
    chain(prepare_warehouse(), chosen, outcome, announce(outcome), check_refused(outcome))


cerebro_reprocess()
