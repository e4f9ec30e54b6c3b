"""An alert, and its text."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

# Slack folds longer messages, and refuses those of more than 40,000 characters.
MOST_LINES = 20
MOST_LINE_LENGTH = 500


class Alert(NamedTuple):
    """A message to people.

    Attributes:
        kind: alerts of one kind are deduplicated against each other.
        headline: the first line.
        lines: one line a detail.
        url: where to look.
        about: identifies the trouble; alerts of one kind about the same are sent once. Empty means that it is over.
    """

    kind: str
    headline: str
    lines: Sequence[str] = ()
    url: str = ""
    about: str = ""

    @property
    def text(self) -> str:
        """The message in Slack's mrkdwn."""
        shown = [f"• {_escaped(line[:MOST_LINE_LENGTH])}" for line in self.lines[:MOST_LINES]]
        more = [f"• and {len(self.lines) - MOST_LINES} more"] if len(self.lines) > MOST_LINES else []
        link = [f"<{self.url}|Open it in Airflow>"] if self.url else []
        return "\n".join([f"*{_escaped(self.headline)}*", *shown, *more, *link])

    @property
    def fingerprint(self) -> str:
        """A hash of ``about``; empty when the trouble is over."""
        return hashlib.sha256(self.about.encode()).hexdigest() if self.about else ""


def _escaped(text: str) -> str:
    """Return the text with Slack's markup escaped."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
