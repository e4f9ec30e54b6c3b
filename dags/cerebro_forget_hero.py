"""
### Cerebro: forget a hero

Takes a hero out of everything that Cerebro Restore keeps, after the approval of a person, and keeps a later delivery
from bringing the hero back.

1. **preview** counts what there is. A **dry run** ends here.
2. **approve** waits up to a week for somebody to approve or reject it (*Required Actions* of this run).
3. **forget** deletes the hero from `raw`, from all tables of dbt and from the snapshots, in one transaction: readers
   see the state before or after it. `raw.erasures` keeps the counts and a salted hash, not the hero.
4. **clean_quarantine** takes the hero's rejected rows out of the quarantine.
5. **clean_archive** takes the hero's minutes out of the archive of months that have left `raw`.
6. **rewrite_objects** writes the objects of the landing zones that were counted again without the hero, if the setting
   `CEREBRO_ERASE_LANDING` allows it.
7. **list_objects** lists the objects of the landing zones that still hold the hero, in `meta.erasure_objects`: delete
   them there, or let whoever delivers them deliver them again.
8. **announce** starts `cerebro_restore`, which checks that the books balance.

A task that was killed is safe to clear. This run's own configuration still holds the hero's id: delete the run
afterwards. Backups and what else remains: `docs/how-to/forget-a-hero.md`.
"""

from __future__ import annotations

from airflow.sdk import Param, chain, dag

from include.cerebro.maintenance.approval import approval
from include.cerebro.maintenance.erasure.tasks import (
    announce,
    clean_archive,
    clean_quarantine,
    forget,
    list_objects,
    preview,
    rewrite_objects,
)
from include.cerebro.orchestration.retries import task_defaults
from include.cerebro.platform.settings import read_settings
from include.cerebro.schema.tasks import prepare_warehouse

PARAMS = {
    "hero_id": Param(
        type="string",
        minLength=1,
        maxLength=200,
        title="Hero",
        description="The hero's id, in any spelling: all spellings of it are forgotten.",
    ),
    "reason": Param(
        type="string",
        minLength=1,
        maxLength=500,
        title="Reason",
        description="Why, without the hero's name: it is kept. For example the number of the request.",
    ),
    "dry_run": Param(
        True,
        type="boolean",
        title="Dry run",
        description="Whether to only count what would leave.",
    ),
}

QUESTION = """{% set counts = ti.xcom_pull(task_ids='preview') or {} -%}
The hero that this run's configuration names (Details) has in the warehouse:

- {{ counts.get('readings') }} readings,
- {{ counts.get('records') }} hero records,
- {{ counts.get('participations') }} participations in missions,

in {{ counts.get('objects') }} versions of objects.
{%- if counts.get('landing_objects') is not none %} {{ counts.get('landing_objects') }} objects of landing zones
(the log of *preview* names them) are written again without the hero.{% endif %}

All of it is deleted, and **cannot be restored**."""


@dag(
    schedule=None,
    params=PARAMS,
    is_paused_upon_creation=False,
    max_active_runs=1,
    tags=["cerebro", "maintenance"],
    default_args=task_defaults(read_settings().load_timeout_minutes),
    doc_md=__doc__,
)
def cerebro_forget_hero() -> None:
    """Count, ask, forget, clean up, and check."""
    counted = preview()
    approve = approval("Forget the hero for good?", QUESTION)
    erasure_id = forget()
    cleaned = clean_quarantine(erasure_id)
    cleaned_archive = clean_archive(erasure_id)
    rewritten = rewrite_objects(erasure_id)
    listed = list_objects(erasure_id, cleaned, cleaned_archive, rewritten)

    chain(prepare_warehouse(), counted, approve, erasure_id, [cleaned, cleaned_archive, rewritten], listed, announce())


cerebro_forget_hero()
