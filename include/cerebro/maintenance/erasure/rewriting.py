"""Writes a file of a landing zone again without some heroes, and proves that nothing else of it has changed."""

from __future__ import annotations

from pathlib import Path

import duckdb

from include.cerebro.formats.rules import FormatRules
from include.cerebro.loading.aggregation import Aggregation
from include.cerebro.loading.parsing import parse
from include.cerebro.maintenance.erasure.errors import CannotRewriteError
from include.cerebro.maintenance.erasure.hero_ids import Among
from include.cerebro.maintenance.erasure.rewritten_readings import rewrite_readings
from include.cerebro.maintenance.erasure.rewritten_records import rewrite_records
from include.cerebro.platform.duckdb_session import duckdb_session
from include.cerebro.platform.errors import BadObjectError
from include.cerebro.platform.object_store import StoredObject
from include.cerebro.platform.settings import Settings
from include.cerebro.zones.datasets import BIOMETRICS


def rewrite(dataset: str, path: Path, target: Path, among: Among, rules: FormatRules, settings: Settings) -> int:
    """Write a file again without some heroes.

    Args:
        dataset: the dataset's name.
        path: a copy of the object.
        target: where the new file goes.
        among: returns those of some hero ids whose hero leaves.
        rules: the rules of the landing zone.
        settings: limit DuckDB's memory.

    Returns:
        How many readings or records left, or lost the hero from their crew.

    Raises:
        CannotRewriteError: it cannot be done without loss, the hero is not in it, or a load would refuse what is left.
    """
    try:
        if dataset == BIOMETRICS.name:
            removed = rewrite_readings(path, target, among, rules, settings)
        else:
            removed = rewrite_records(dataset, path, target, among, rules)
        is_refused = removed and _is_refused(dataset, target, rules, settings)
    except (BadObjectError, duckdb.Error, ValueError) as error:
        raise CannotRewriteError(f"it cannot be read ({type(error).__name__})") from error
    if not removed:
        raise CannotRewriteError("the hero was not found in it")
    if is_refused:
        raise CannotRewriteError("a load would accept nothing of what is left of it; delete it")
    return removed


def _is_refused(dataset: str, path: Path, rules: FormatRules, settings: Settings) -> bool:
    """Return whether a load refuses a file: the next run would, and each one after it would be red."""
    if dataset != BIOMETRICS.name:
        try:
            with path.open("rb") as stream:
                parse(dataset, path.name, stream, rules).close()
        except BadObjectError:
            return True
        return False
    with duckdb_session(settings) as duck:
        # The file is an object of a bucket that is a folder.
        aggregation = Aggregation(duck, str(path.parent), [StoredObject(path.name, "", 0)], rules=rules)
        aggregation.run()
    return bool(aggregation.bad)
