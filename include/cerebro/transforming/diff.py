"""What a change of the dbt project does to the rows of marts and analytics: both versions, built side by side."""

from __future__ import annotations

import io
import subprocess
import tarfile
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from include.cerebro.platform.names import DBT_ROOT, PROJECT_ROOT
from include.cerebro.platform.sql import read_sql
from include.cerebro.platform.warehouse import Warehouse

# The prefixes of both versions' schemas.
BASE, HEAD = "diff_base", "diff_head"
SCHEMAS = ("marts", "analytics")
# The project of an older base has no other targets than production's.
SCHEMA_NAME = "{% macro generate_schema_name(name, node) %}{{ target.schema }}_{{ name or 'staging' }}{% endmacro %}\n"


@dataclass(frozen=True)
class TableDiff:
    """How a table differs.

    Attributes:
        name: schema.table, without prefix.
        base_rows: its number of rows before, None if there was no such table.
        head_rows: the same of after.
        only_base: rows whose key is gone.
        only_head: rows whose key is new.
        differing: for each column, in how many rows of the same key its values differ.
    """

    name: str
    base_rows: int | None = None
    head_rows: int | None = None
    only_base: int = 0
    only_head: int = 0
    differing: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_same(self) -> bool:
        """Whether both have the same rows."""
        return self.base_rows == self.head_rows and not self.only_base and not self.differing

    def cells(self) -> list[str]:
        """Return the cells of its row in the report."""
        rows = [self.base_rows, self.head_rows]
        if None in rows:
            return [*("-" if it is None else f"{it:,}" for it in rows), "", "", "new" if rows[0] is None else "gone"]
        values = ", ".join(f"{name}: {number:,}" for name, number in sorted(self.differing.items()))
        return [*(f"{it:,}" for it in (self.base_rows, self.head_rows, self.only_base, self.only_head)), values]


def against(ref: str, warehouse: Warehouse, dbt: Path, environment: Mapping[str, str]) -> str:
    """Build the project of a git reference and the present one, and return how their rows differ, in Markdown.

    Args:
        ref: the git reference.
        warehouse: the warehouse, whose ``raw`` both read.
        dbt: the program.
        environment: the environment in which dbt finds the warehouse.
    """
    drop(warehouse)
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        build(dbt, export_project(ref, scratch), BASE, environment, scratch)
        build(dbt, DBT_ROOT, HEAD, environment, scratch)
    return report(compare(warehouse), ref)


def export_project(ref: str, folder: Path) -> Path:
    """Write the dbt project of a git reference into a folder; return the project's own folder.

    Raises:
        subprocess.CalledProcessError: there is no such reference, or no project in it.
    """
    path = DBT_ROOT.relative_to(PROJECT_ROOT).as_posix()
    archive = subprocess.run(
        ["git", "-C", str(PROJECT_ROOT), "archive", ref, path], capture_output=True, check=True
    ).stdout
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        files.extractall(folder, filter="data")
    project = folder / path
    (project / "macros" / "generate_schema_name.sql").write_text(SCHEMA_NAME, encoding="utf-8")
    return project


def build(dbt: Path, project: Path, prefix: str, environment: Mapping[str, str], scratch: Path) -> None:
    """Build marts and analytics of a project, with all that they read, in schemas with a prefix.

    Raises:
        subprocess.CalledProcessError: dbt failed; it has said why.
    """
    subprocess.run(
        [str(dbt), "run", "--quiet", "--target", "ci", "--select", *(f"+path:models/{name}" for name in SCHEMAS),
         "--project-dir", str(project), "--profiles-dir", str(DBT_ROOT)],
        env={**environment, "CEREBRO_DBT_PREFIX": prefix, "DBT_TARGET_PATH": str(scratch / prefix),
             "DBT_LOG_PATH": str(scratch / "logs")},
        check=True,
    )  # fmt: skip


def drop(warehouse: Warehouse) -> None:
    """Drop the schemas of an earlier comparison."""
    with warehouse.connect() as connection, connection.cursor() as cursor:
        cursor.execute(read_sql("transforming/diff/drop.sql"))
        connection.commit()


def compare(warehouse: Warehouse, base: str = BASE, head: str = HEAD) -> list[TableDiff]:
    """Compare the tables of marts and analytics, whose schemas have these prefixes, by their keys."""
    from psycopg2 import sql

    found = []
    with warehouse.connect() as connection, connection.cursor() as cursor:
        cursor.execute(read_sql("transforming/diff/tables.sql"), {"base": base, "head": head, "schemas": [*SCHEMAS]})
        for name, is_in_base, is_in_head, key in cursor.fetchall():
            for prefix, view, is_there in ((base, "base_rows", is_in_base), (head, "head_rows", is_in_head)):
                rows = sql.SQL("select to_jsonb(rows) as columns from {} as rows").format(
                    sql.Identifier(*f"{prefix}_{name}".split("."))
                ) if is_there else sql.SQL("select null::jsonb as columns limit 0")  # fmt: skip
                cursor.execute(sql.SQL("create or replace temp view {} as {}").format(sql.Identifier(view), rows))
            cursor.execute(read_sql("transforming/diff/compare.sql"), {"key": key})
            (base_rows, head_rows, only_base, only_head, differing) = cursor.fetchone() or (0, 0, 0, 0, {})
            before, after = base_rows if is_in_base else None, head_rows if is_in_head else None
            found.append(TableDiff(name, before, after, only_base, only_head, differing))
    return found


def report(tables: Sequence[TableDiff], ref: str) -> str:
    """Return the comparison in Markdown."""
    head = ["table", "rows before", "rows after", "only before", "only after", "rows whose values differ, by column"]
    changed = [table for table in tables if not table.is_same]
    lines = [f"### Rows of marts and analytics, compared with `{ref}`", ""]
    if changed:
        lines += [f"| {' | '.join(head)} |", "|---|" + "---:|" * 4 + "---|"]
        lines += [f"| {' | '.join([f'`{table.name}`', *table.cells()])} |" for table in changed]
        lines += [""]
    same = [f"`{table.name}`" for table in tables if table.is_same]
    if same:
        lines += [f"The same rows as before: {', '.join(same)}.", ""]
    return "\n".join(lines)
