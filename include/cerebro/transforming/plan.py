"""What a transformation would do: which tables it builds again, why, and about how long that takes."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

# The environment variable in which dbt's macros (macros/rebuild.sql) find the plan.
VARIABLE = "CEREBRO_REBUILD"


@dataclass(frozen=True)
class Rebuild:
    """A table that is built again from the start.

    Attributes:
        model: the model's name.
        relation: its table, as schema.name.
        why: the reason, as part of a sentence.
        seconds: about how long it takes, from its last time; None if it has not been measured.
        bound_to: what others have made of the table that keeps it in place; None if nothing does.
    """

    model: str
    relation: str
    why: str
    seconds: float | None = None
    bound_to: str | None = None

    def __str__(self) -> str:
        in_place = (
            f" It stays in place for {self.bound_to}: that takes longer, and room for its rows twice."
            if self.bound_to
            else ""
        )
        return f"{self.relation}: {self.why} ({about(self.seconds)}).{in_place}"


@dataclass(frozen=True)
class Plan:
    """What a transformation would do.

    Attributes:
        reasons: why there is something to transform, a sentence each; empty if there is nothing new.
        rebuilds: the tables that are built again, in no order; the others compute stale rows alone.
        state: what ``record_transformation`` records when the transformation has finished.
        rebuild: what dbt needs to know of the rebuilds; JSON can hold it.
        full_refresh: whether somebody asked for all tables: ``dbt build --full-refresh``.
    """

    reasons: list[str]
    rebuilds: list[Rebuild]
    state: dict[str, Any]
    rebuild: dict[str, Any] = field(default_factory=dict)
    full_refresh: bool = False

    @property
    def is_needed(self) -> bool:
        """Whether there is anything to transform."""
        return bool(self.reasons or self.rebuilds)

    def environment(self) -> dict[str, str]:
        """Return the environment variables of dbt."""
        return {VARIABLE: json.dumps(self.rebuild)}

    def flags(self) -> list[str]:
        """Return the arguments of ``dbt build``."""
        return ["--full-refresh"] if self.full_refresh else []

    def sentences(self) -> list[str]:
        """Return the plan for a person, one sentence a line."""
        if not self.is_needed:
            return ["Nothing to transform: no new load, and no changed rule, since the last transformation."]
        if not self.rebuilds:
            return [*self.reasons, "Stale rows alone are computed again."]
        number = "1 table is" if len(self.rebuilds) == 1 else f"{len(self.rebuilds)} tables are"
        return [
            *self.reasons,
            f"{number} built again, {self.duration()}; the others compute stale rows alone. Readers see a table's "
            "present rows until the new ones are complete. If the run is stopped, the next goes on with what is left.",
            *map(str, self.rebuilds),
        ]

    def duration(self) -> str:
        """Return about how long the rebuilds take together, if one follows the other."""
        known = [it.seconds for it in self.rebuilds if it.seconds is not None]
        if len(known) == len(self.rebuilds):
            return f"in {about(sum(known))}"
        return f"in {about(sum(known))} and what was not measured yet" if known else "for the first time"


def about(seconds: float | None) -> str:
    """Return a duration for a person."""
    match seconds:
        case None:
            return "not measured yet"
        case _ if seconds < 1:
            return "less than 1 s"
        case _ if seconds < 100:
            return f"about {seconds:.0f} s"
        case _ if seconds < 100 * 60:
            return f"about {seconds / 60:.0f} minutes"
        case _:
            return f"about {seconds / 3600:.0f} hours"
