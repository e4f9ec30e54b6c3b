"""The datasets of a landing zone, and which keys belong to each."""

from __future__ import annotations

from typing import NamedTuple


class Dataset(NamedTuple):
    """Where the objects of a dataset lie: in a single file, a folder, or both."""

    name: str
    single_file: str
    folder: str
    extension: str

    def owns(self, key: str) -> bool:
        """Whether the object with this key belongs to the dataset."""
        return key == self.single_file or (key.startswith(self.folder) and key.endswith(self.extension))


HEROES = Dataset("heroes", "heroes.csv", "heroes/", ".csv")
MISSIONS = Dataset("missions", "mission_logs.json", "mission_logs/", ".json")
BIOMETRICS = Dataset("biometrics", "biometrics.parquet", "biometrics/", ".parquet")
DATASETS = (HEROES, MISSIONS, BIOMETRICS)
