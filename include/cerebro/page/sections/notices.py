"""Values that were not taken as they came: by column, what became of them, and in how many rows."""

from __future__ import annotations

from dataclasses import replace

from include.cerebro.page.components import Column, Section, Table, zone_column
from include.cerebro.page.formatting import count
from include.cerebro.page.reader import Reader

# As many as a person looks through; operations.notices has all of them.
NOTICES = 20

# The meanings of the reasons in operations.notices.
MEANINGS = {
    "not_understood": "the value is not what it should be, and counts as missing; raw keeps the record",
    "cut": "the text is too long for the tables, which hold its beginning; raw keeps it whole",
    "folded": "the text is written another way in the tables, as other spellings of the same are; raw keeps it",
    "left_out": "an id that says that there is none is not in the crew; raw keeps the record",
    "ignored_column": "no table has the column; set extra_columns to rescue to keep a copy of what comes next",
    "rescued_column": "no table has the column; a copy is in the bucket cerebro-quarantine",
}

SECTION = Section(
    "notices",
    "Not taken as it came",
    "Values of accepted rows that were cut, folded, ignored or not understood. Each is counted.",
)


def read(reader: Reader) -> Section:
    """List the columns with the most such rows."""
    rows = reader.rows("notices", limit=NOTICES)
    if not rows:
        return replace(SECTION, title="Every value was taken as it came")
    in_all = rows[0]["in_all"]
    return replace(
        SECTION,
        title=f"{count(in_all, 'column')} not taken as they came",
        note=f"The {len(rows)} with the most rows of {in_all:,}; operations.notices has each object."
        if in_all > len(rows)
        else "operations.notices has each object.",
        remedies=[(reason, MEANINGS.get(reason, "")) for reason in sorted({row["reason"] for row in rows})],
        table=Table.of(
            rows,
            "What was not taken as it came",
            [
                *zone_column(rows),
                Column.text("Dataset", "dataset"),
                Column.text("Column", "column_name"),
                Column.text("What became of it", "reason"),
                Column.number("Rows", "rows_in_all"),
                Column.number("Objects", "objects"),
                Column.key("For example", "object_key"),
            ],
            is_open=True,
        ),
    )
