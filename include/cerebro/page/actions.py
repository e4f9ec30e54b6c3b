"""What somebody can start from the page: runs of the DAGs for operators, with the Params that a section knows.

The page itself changes nothing and has no endpoint that does. A button opens a dialog that says what will happen, and
the script of the page starts the run by Airflow's public API, with the login of the person who presses it: Airflow
decides whether they may. Airflow's own form cannot be filled in by a link.

No other site can press the button (CSRF): the API takes JSON alone, which a browser sends to another site only after a
question that Airflow does not answer (it allows no origins unless ``[api] access_control_allow_origins`` does), the
cookie of the login is not sent along with other sites' requests (``SameSite=Lax``), and only Airflow may frame the
page.
Values of the data stay values: they travel as JSON in an attribute, and the script writes them as text.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from include.cerebro.page.reader import Row

APPROVAL = "The run shows what would become of the rows, and waits for an approval before it changes anything."


@dataclass(frozen=True)
class Field:
    """A Param that the person fills in. One that is left empty keeps the DAG's default."""

    name: str
    label: str
    kind: Literal["text", "number"] = "text"
    is_required: bool = False


@dataclass(frozen=True)
class Action:
    """A run that can be started.

    Attributes:
        label: the text of the button.
        dag_id: the DAG.
        title: what is done to what.
        what: what will happen, in a sentence or two.
        conf: the Params that the page knows.
        fields: the Params that the person fills in.
        has_dry_run: whether it is tried first.
        asks: whether the run waits for an approval, in its task ``approve``.
    """

    label: str
    dag_id: str
    title: str
    what: str
    conf: Mapping[str, Any] = field(default_factory=dict)
    fields: Sequence[Field] = ()
    has_dry_run: bool = True
    asks: bool = False

    @property
    def as_json(self) -> str:
        """The action for the script."""
        return json.dumps(asdict(self))


@dataclass(frozen=True)
class Link:
    """A link within the page."""

    label: str
    address: str


WHY = Field("why", "Why", is_required=True)
REASON = Field("reason", "Why", is_required=True)
HERO = Field("hero_id", "Hero id of all these rows")
CORRECTIONS = {
    "heroes": (HERO,),
    "missions": (Field("mission_id", "Mission id of all these records"),),
    "biometrics": (
        HERO,
        Field("shift_seconds", "Shift of the timestamps, in seconds", "number"),
        Field("heart_rate_factor", "Factor of the heart rate", "number"),
        Field("stress_level_factor", "Factor of the stress level", "number"),
        Field("energy_output_factor", "Factor of the energy output", "number"),
    ),
}


def release(row: Row) -> Action:
    """Release rows of the quarantine: a row of ``operations.quarantine``."""
    return Action(
        "Release",
        "cerebro_release",
        f"Release the rows of {row['object_key']} that were rejected as {row['reason']}",
        "Today's rules judge the rows again, with the corrections below, if any. What they accept is in force. "
        + APPROVAL,
        {"action": "release", "load_id": row["load_id"], "reason": row["reason"]},
        (WHY, *CORRECTIONS[row["dataset"]]),
        asks=True,
    )


def discard(row: Row) -> Action:
    """Discard rows of the quarantine."""
    return Action(
        "Discard",
        "cerebro_release",
        f"Discard the rows of {row['object_key']} that were rejected as {row['reason']}",
        f"The rows stay rejected and counted, and leave the list of what waits. {APPROVAL}",
        {"action": "discard", "load_id": row["load_id"], "reason": row["reason"]},
        (WHY,),
        asks=True,
    )


def reprocess_object(row: Row) -> Action:
    """Load one object again."""
    return Action(
        "Reprocess",
        "cerebro_reprocess",
        f"Load {row['object_key']} again",
        "Today's rules judge the whole object again, from the landing zone. The new load supersedes the one in force.",
        {
            "landing_zone": row["landing_zone"],
            "dataset": row["dataset"],
            "key_pattern": row["object_key"],
            "only_older_rules": False,
        },
        (REASON,),
    )


def reprocess_older(conf: Mapping[str, str]) -> Action:
    """Load again what older rules judged.

    Args:
        conf: the landing zone and the dataset; nothing means all.
    """
    return Action(
        "Reprocess",
        "cerebro_reprocess",
        f"Load again what older rules judged{': ' if conf else ''}{', '.join(conf.values())}",
        "Today's rules judge the objects again, from the landing zone, at most 10,000 a run. The new loads supersede "
        "those in force.",
        {"only_older_rules": True, **conf},
        (REASON,),
    )


RETAIN = Action(
    "Apply the terms",
    "cerebro_retention",
    "Drop what is older than its term",
    "What is older than the terms of the settings leaves each layer, bounded by month. A dry run only counts it.",
    {},
    (REASON,),
)
FORGET = Action(
    "Forget a hero",
    "cerebro_forget_hero",
    "Forget a hero for good",
    "The hero leaves the warehouse, the quarantine and the archive. The run counts what there is, and waits for an "
    "approval before it deletes anything. Give a reason that does not name the hero: it is kept.",
    {},
    (Field("hero_id", "The hero's id, in any spelling", is_required=True), REASON),
    asks=True,
)
RUN_NOW = Action(
    "Run now",
    "cerebro_restore",
    "Load what is new, now",
    "The main job lists the landing zones, loads what is new and transforms it. A run that is at work goes first.",
    has_dry_run=False,
)
