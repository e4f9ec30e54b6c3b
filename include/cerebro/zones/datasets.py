"""The datasets of a landing zone, and what each name in it means."""

from __future__ import annotations

import re
from enum import Enum
from typing import NamedTuple


class Dataset(NamedTuple):
    """Where the objects of a dataset lie, in a single file or in a folder, and the endings of their names."""

    name: str
    stem: str
    extensions: tuple[str, ...]

    @property
    def folder(self) -> str:
        """The folder, with the slash at its end."""
        return f"{self.stem}/"

    def within(self, prefix: str) -> Dataset:
        """Return the dataset with the stem that its keys have in a landing zone with a prefix."""
        return self._replace(stem=prefix + self.stem)

    def owns(self, name: str) -> bool:
        """Return whether an object belongs to the dataset. Only endings are compared without case.

        Args:
            name: its key without the prefix of the landing zone.
        """
        lower = name.lower()
        if name.startswith(self.folder):
            return lower.endswith(self.extensions)
        return name.startswith(self.stem) and lower[len(self.stem) :] in self.extensions


def _compressed(*extensions: str) -> tuple[str, ...]:
    return tuple(extension + packed for extension in extensions for packed in ("", ".gz", ".zst"))


HEROES = Dataset("heroes", "heroes", _compressed(".csv"))
MISSIONS = Dataset("missions", "mission_logs", _compressed(".json", ".jsonl", ".ndjson"))
BIOMETRICS = Dataset("biometrics", "biometrics", (".parquet", ".parq", ".pq"))
DATASETS = (HEROES, MISSIONS, BIOMETRICS)


class Other(Enum):
    """What an object is that belongs to no dataset."""

    WORKING_FILE = "a working file of another program, or a folder's marker"
    UNRECOGNISED = "unrecognised"


def meaning(name: str) -> Dataset | Other:
    """Return the dataset that an object belongs to, or what else it is.

    Args:
        name: its key without the prefix of the landing zone.
    """
    if name.endswith("/") or any(part.startswith(("_", ".")) for part in name.split("/")):
        return Other.WORKING_FILE
    for dataset in DATASETS:
        if dataset.owns(name):
            return dataset
    return Other.UNRECOGNISED


# The folder of a table, by the metadata of its format.
_TABLES = {
    "Delta Lake": re.compile(r"(?P<table>.*?)_delta_log/"),
    "Iceberg": re.compile(r"(?P<table>(?:.*/)?)metadata/[^/]+\.metadata\.json$"),
    "Hudi": re.compile(r"(?P<table>.*?)\.hoodie/"),
}
# The data files of all three formats have one in their names, and next to nobody else's.
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def table_format(name: str) -> tuple[str, str] | None:
    """Return the folder and the format of the table that an object is metadata of; None if it is none's."""
    if not name.startswith(tuple(dataset.folder for dataset in DATASETS)):
        return None
    for format_name, pattern in _TABLES.items():
        if match := pattern.match(name):
            return match["table"], format_name
    return None


def is_table_file(name: str, tables: tuple[str, ...]) -> bool:
    """Return whether an object is a data file of one of the tables in these folders.

    A table's files are not loaded: some of them are of earlier versions of the table, and a compaction writes all rows
    once more.
    """
    return name.startswith(tables) and _UUID.search(name.rsplit("/", 1)[-1]) is not None
