"""What the next run would build again because its rules have changed, and about how long that takes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from include.cerebro.page.components import Column, Section, Table
from include.cerebro.page.formatting import TRY_IT, count
from include.cerebro.page.reader import Reader
from include.cerebro.platform.dbt_relations import relations
from include.cerebro.platform.settings import read_settings
from include.cerebro.transforming.plan import Plan, about
from include.cerebro.transforming.rules import rules
from include.cerebro.transforming.state import find_rebuilds

SECTION = Section(
    "rebuilds",
    "Changed rules",
    "Tables that the next run builds again from the start, and why. All others compute what is new alone.",
)


def read(reader: Reader, manifest_path: Path | None = None) -> Section:
    """List the tables whose rules are not the dbt project's.

    Args:
        reader: reads the warehouse.
        manifest_path: dbt's manifest; none means that of the settings.
    """
    path = manifest_path or read_settings().dbt_manifest
    if not path.exists():
        return replace(SECTION, title="The rules of the dbt project are not known here", empty="Build them: make setup")
    manifest = json.loads(path.read_text(encoding="utf-8"))
    expected = relations(manifest)
    rows = reader.rows("tables", models=[*expected], relations=[*expected.values()])
    if not rows:
        return replace(SECTION, title="Nothing has been built yet", empty=TRY_IT)
    rebuilds = find_rebuilds(manifest, rules(manifest), rows)
    if not rebuilds:
        return replace(SECTION, title="The next run builds no table again", lead="")
    tables = count(len(rebuilds), "table")
    return replace(
        SECTION,
        title=f"The next run builds {tables} again, {Plan([], rebuilds, {}).duration()}",
        table=Table.of(
            [{"relation": it.relation, "why": it.why, "seconds": about(it.seconds)} for it in rebuilds],
            "Tables that are built again",
            [Column.key("Table", "relation"), Column.text("Why", "why"), Column.text("How long", "seconds")],
            is_open=True,
        ),
    )
