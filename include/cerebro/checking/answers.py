"""Both questions, asked with an analyst's rights."""

from __future__ import annotations

import logging
from typing import Any

from include.cerebro.platform import settings
from include.cerebro.platform.sql import read_sql
from include.cerebro.platform.warehouse import Warehouse

log = logging.getLogger(__name__)

ANSWERS = {"The Hulk Factor": "checking/answers/hulk_factor.sql", "Reliability": "checking/answers/reliability.sql"}


def read_answers(warehouse: Warehouse) -> dict[str, dict[str, Any]]:
    """Return the answers to both questions, by title: the first row, by column name. Read with an analyst's rights."""
    answers = {}
    with warehouse.connect(settings.ANALYST_ROLE) as connection, connection.cursor() as cursor:
        for title, name in ANSWERS.items():
            cursor.execute(read_sql(name))
            row = cursor.fetchone()
            columns = [column.name for column in cursor.description]
            answers[title] = dict(zip(columns, row, strict=True)) if row else {}
            shown = ", ".join(f"{column} = {value}" for column, value in answers[title].items())
            log.info("%s: %s", title, shown or "no rows")
    return answers
