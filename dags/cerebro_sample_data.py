"""
### Cerebro sample data

Writes a landing zone to try Cerebro Restore on: heroes, mission logs and one biometric reading a second and
hero, with the faults of real data. It is **reproducible**: the same parameters give the same bytes on any day, so a
second run with them brings nothing new. Time in the sample begins on 2025-01-01 UTC.

When the objects are written, the asset `cerebro_landing_zone` triggers the DAG `cerebro_restore`.

Objects that an earlier run wrote with other parameters are overwritten if they have the same keys; the others stay.
"""

from __future__ import annotations

from airflow.sdk import Param, chain, dag

from include.cerebro.orchestration.retries import task_defaults
from include.cerebro.platform.settings import read_settings
from include.cerebro.sample_data.tasks import announce, write

PARAMS = {
    "heroes": Param(
        10,
        type="integer",
        minimum=1,
        maximum=1000,
        title="Heroes",
        description="How many heroes wear a sensor. The first ten are known by name (Hulk, Spider-Man, ...).",
    ),
    "missions": Param(
        50,
        type="integer",
        minimum=1,
        maximum=100_000,
        title="Missions",
        description="How many missions there are, spread evenly over the hours; 1 to 4 heroes go on each.",
    ),
    "hours": Param(
        24,
        type="integer",
        minimum=1,
        maximum=8760,
        title="Hours of biometrics",
        description="Hours from 2025-01-01 00:00 UTC on. Each hour has 3,600 readings a hero: about 30 kB.",
    ),
    "seed": Param(
        42,
        type="integer",
        minimum=0,
        maximum=2**31 - 1,
        title="Seed",
        description="Another seed gives other missions and other readings.",
    ),
    "dirt": Param(
        True,
        type="boolean",
        title="Dirt",
        description="Whether to add the faults of real data: duplicates, other spellings, impossible "
        "readings, late readings, changing types, odd keys. No object is broken: the main job stays green.",
    ),
}


@dag(
    schedule=None,
    params=PARAMS,
    is_paused_upon_creation=False,
    max_active_runs=1,
    tags=["cerebro", "sample"],
    default_args=task_defaults(read_settings().load_timeout_minutes),
    doc_md=__doc__,
)
def cerebro_sample_data() -> None:
    """Write the three datasets in parallel, then announce them."""
    heroes = write.override(task_id="write_heroes", task_display_name="Heroes")("heroes")
    missions = write.override(task_id="write_missions", task_display_name="Missions")("missions")
    biometrics = write.override(task_id="write_biometrics", task_display_name="Biometrics")("biometrics")

    chain([heroes, missions, biometrics], announce(heroes, missions, biometrics))


cerebro_sample_data()
