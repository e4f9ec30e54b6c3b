"""Reads column lineage from SQL: the columns that each column of a query is made from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from sqlglot import exp

DIALECT = "postgres"


class Column(NamedTuple):
    """A column of a table of the warehouse."""

    schema: str
    table: str
    name: str


def column_lineage(sql: str, columns: Mapping[str, Mapping[str, Mapping[str, str]]]) -> dict[str, list[Column]]:
    """Return the columns of tables that each column of a query is made from.

    Args:
        sql: the query, in PostgreSQL's dialect.
        columns: the warehouse's tables: schema -> table -> column -> type.

    Returns:
        The source columns, sorted, by the query's column. A column without a source (a constant, a temporary table) has
        an empty list.

    Raises:
        sqlglot.errors.SqlglotError: the query cannot be read.
    """
    import sqlglot
    from sqlglot import exp
    from sqlglot.lineage import lineage

    query = _plain(sqlglot.parse_one(sql, dialect=DIALECT))
    (database,) = {table.catalog for table in query.find_all(exp.Table) if table.catalog} or {""}
    schema: dict[str, Any] = {database: columns} if database else {**columns}
    nodes = lineage(None, query, schema, dialect=DIALECT, trim_selects=False)
    return {
        name: sorted(
            {
                Column(leaf.expression.db, leaf.expression.name, leaf.name.split(".")[-1].strip('"'))
                for leaf in node.walk()
                if isinstance(leaf.expression, exp.Table) and leaf.expression.db
            }
        )
        for name, node in nodes.items()
    }


def _plain(query: exp.Expr) -> exp.Expr:
    """Rewrite what sqlglot does not follow: lateral subqueries, and functions in ``from``.

    The result would not run, but its columns have the same sources.
    """
    from sqlglot import exp

    for lateral in list(query.find_all(exp.Lateral)):
        if isinstance(lateral.this, exp.Subquery):
            subquery = lateral.this.copy()
            subquery.set("alias", lateral.args["alias"].copy())
            lateral.replace(subquery)
    for table in list(query.find_all(exp.Table)):
        if isinstance(table.this, exp.Func):
            select = table.find_ancestor(exp.Select)
            for column in list(select.find_all(exp.Column)) if select else ():
                if column.table == table.alias:
                    column.replace(table.this.copy())
    return query
