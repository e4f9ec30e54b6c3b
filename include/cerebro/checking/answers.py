"""The answers to both questions, read with an analyst's rights."""

from __future__ import annotations

import logging
from typing import Any

from include.cerebro.platform.names import ANALYST_ROLE
from include.cerebro.platform.sql import read_sql
from include.cerebro.platform.warehouse import Warehouse

log = logging.getLogger(__name__)

ANSWERS = {"The Hulk Factor": "checking/answers/hulk_factor.sql", "Reliability": "checking/answers/reliability.sql"}


def read_answers(warehouse: Warehouse) -> dict[str, dict[str, Any]]:
    """Return the first row of each answer, by column name, by the question's title."""
    answers = {}
    with warehouse.connect(ANALYST_ROLE) as connection, connection.cursor() as cursor:
        for title, name in ANSWERS.items():
            cursor.execute(read_sql(name))
            row = cursor.fetchone()
            columns = [column.name for column in cursor.description or ()]
            answers[title] = dict(zip(columns, row, strict=True)) if row else {}
            shown = ", ".join(f"{column} = {value}" for column, value in answers[title].items())
            log.info("%s: %s", title, shown or "no rows")
    return answers
