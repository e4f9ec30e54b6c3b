"""Why an object of a landing zone stays as it is, though it holds a hero who is forgotten."""

from __future__ import annotations


class CannotRewriteError(Exception):
    """The file cannot be written again without loss; the message says why."""
