"""The question before a decision: what would become of which rows, in counts. Nobody's data is in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from include.cerebro.maintenance.release.request import Decision, Held


def question(decision: Decision, held: Held, outcome: Mapping[str, Any], page: str) -> str:
    """Return the question in Markdown.

    Airflow keeps the text, so that it must outlive a hero who is forgotten: it links to the rows and has none.

    Args:
        decision: what is to be decided.
        held: the load that has the rows.
        outcome: what would become of them, as ``Deciding.preview`` returns it.
        page: the address of the page Cerebro.
    """
    verb = "Release" if decision.action == "release" else "Discard"
    rows = f"{page}rows?{urlencode({'load_id': held.load_id, 'reason': decision.reason})}"
    counts: list[tuple[str, Any]] = [("rows in question", outcome["rows"])]
    if decision.action == "release":
        counts.append(("accepted by today's rules", outcome["rows_released"]))
        counts.append(("rejected again", outcome["rows_rejected_again"]))
        counts += [
            (f"in quarantine afterwards, {_code(reason)}", number)
            for reason, number in sorted(outcome["rows_in_quarantine"].items())
        ]
    corrections = ", ".join(decision.corrections.given)
    return "\n".join(
        [
            f"{verb} rows of {_code(held.stored.key)} (landing zone {_code(held.landing_zone)}, load {held.load_id}) "
            f"that were rejected as {_code(decision.reason)}:",
            "",
            *(f"- {name}: {number:,}" for name, number in counts),
            "",
            f"Corrections (their values are in the run's configuration): {corrections or 'none'}.",
            "",
            f"[Look at the rows]({rows})",
        ]
    )


def _code(text: str) -> str:
    """Return a text from the data as code, which Markdown does not interpret."""
    return f"`{' '.join(text.replace('`', chr(39)).split())}`"
