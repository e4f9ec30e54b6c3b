"""How values of a landing zone are understood: its time zone, its words for a missing id, its plausible measures."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

MISSING_WORDS = frozenset({"", "null", "none", "nan", "n/a", "na", "nil", "undefined", "\\n", "-"})
PLAUSIBLE = {"heart_rate": (0.0, 300.0), "stress_level": (0.0, 1e9), "energy_output": (0.0, 1e9)}


class FormatRules(BaseModel):
    """The rules by which values are understood. The defaults are those of the default landing zone."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    time_zone: str = "UTC"
    """IANA zone of instants without an offset."""

    missing: frozenset[str] = MISSING_WORDS
    """Words that mean that an id is missing, in lower case."""

    no_reading: dict[str, tuple[float, ...]] = {}
    """Values of a measure that mean "no reading", by measure."""

    plausible: dict[str, tuple[float, float]] = PLAUSIBLE
    """Smallest and largest value of a measure; any other value counts as missing."""

    csv_delimiter: str | None = None
    """What separates the values of a CSV file; by default it is found out."""

    encoding: str | None = None
    """Encoding of text files; by default it is found out."""

    extra_columns: Literal["ignore", "rescue"] = "ignore"
    """Where unknown columns of biometrics go: nowhere, or to a Parquet copy beside the quarantine."""


DEFAULT_RULES = FormatRules()
# In some landing zone a word that means elsewhere that an id is missing may be a hero.
ALL_IDS = FormatRules(missing=frozenset())
