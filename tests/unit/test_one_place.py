"""What one place does for all others is done nowhere else."""

import re
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]


def places(pattern: str, *globs: str) -> list[str]:
    """The files with a text that matches, by their paths."""
    files = (path for glob in globs for path in REPOSITORY.glob(glob))
    return sorted(str(path.relative_to(REPOSITORY)) for path in files if re.search(pattern, path.read_text(), re.I))


def test_minutes_are_copied_by_the_function_that_adds_their_months() -> None:
    """A writer that forgot the partitions of its months would fail at the first reading of a new month."""
    assert places(r"\b(copy|into)\s+raw\.biometrics\b", "include/sql/*/**/*.sql") == [
        "include/sql/loading/biometrics/copy_minutes.sql"
    ]
    assert places(r"read_sql\(f?.loading/biometrics/copy_|\bimport binary_copy\b", "include/**/*.py") == [
        "include/cerebro/loading/minutes.py"
    ]


def test_duckdb_is_opened_with_its_limits() -> None:
    """A plain connection takes four fifths of the machine's memory, all of its cores, and extensions from anywhere."""
    pattern = r"\bduckdb\.connect\(|from duckdb import .*\bconnect\b|\bduckdb\.(sql|query|execute|read_\w+)\("
    folders = ("include", "plugins", "dags", "local")
    assert places(pattern, *(f"{folder}/**/*.py" for folder in folders)) == [
        "include/cerebro/platform/duckdb_session.py"
    ]
