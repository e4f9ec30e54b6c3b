"""Where the keys of a landing zone end: what a look for arrivals asks for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from include.cerebro.zones.datasets import Dataset

# Folders in which objects arrived last. Each is a request a look.
RECENT_FOLDERS = 4


@dataclass(slots=True)
class Tail:
    """The end of the keys below a prefix, as far as they were listed.

    Attributes:
        last: the last key of an object of a dataset.
        others: the first and the last key of what follows it and belongs to no dataset: nobody recognises it, or it is
            another program's working files.
    """

    last: str = ""
    others: tuple[str, str] | None = None

    def see(self, key: str, *, is_own: bool) -> None:
        """Note a key that was listed, with all before it."""
        if key <= self.last:
            return
        if is_own:
            self.last = key
            if self.others and key > self.others[0]:
                self.others = None if key > self.others[1] else (key, self.others[1])
        else:
            first, last = self.others or (key, key)
            self.others = (min(first, key), max(last, key))


class Tails:
    """The tails that a look asks for: those of the datasets, and of the folders with the latest arrivals.

    Attributes:
        of_datasets: the prefixes below which all objects of the datasets lie, and next to nothing else:
            ``biometrics.`` and ``biometrics/``, without ``biometrics_backup/``.
    """

    def __init__(self, datasets: Iterable[Dataset]) -> None:
        self.of_datasets = [prefix for it in datasets for prefix in (f"{it.stem}.", it.folder)]
        self._tails = {prefix: Tail() for prefix in self.of_datasets}

    def restarted(self) -> Tails:
        """Return the same prefixes, of which nothing is listed."""
        again = Tails(())
        again.of_datasets = self.of_datasets
        again._tails = {prefix: Tail() for prefix in self._tails}
        return again

    def see(self, key: str, *, is_own: bool, has_arrived: bool = False) -> None:
        """Note a key that was listed; all before it, below the same prefix, were listed, too.

        Args:
            key: the key.
            is_own: whether it belongs to a dataset.
            has_arrived: whether it was not there before.
        """
        if has_arrived:
            self._ask_for_folder(f"{key.rpartition('/')[0]}/")
        for prefix, tail in self._tails.items():
            if key.startswith(prefix):
                tail.see(key, is_own=is_own)

    def asked_for(self) -> list[tuple[str, Tail]]:
        """Return the prefixes to ask for, each with its tail, without those of which nothing new is to be expected."""
        return [(prefix, tail) for prefix, tail in self._tails.items() if not self._is_covered(prefix, tail)]

    def _is_covered(self, prefix: str, tail: Tail) -> bool:
        if prefix.endswith("."):
            # A dataset that has a folder has no single file, or its file is old.
            return bool(self._tails[f"{prefix[:-1]}/"].last)
        # A folder with the last key of its dataset has nothing behind it that the dataset has not, too.
        return any(
            prefix != other
            and prefix.startswith(other)
            and tail.last == above.last
            and tail.others in (None, above.others)
            for other, above in self._tails.items()
        )

    def _ask_for_folder(self, folder: str) -> None:
        if folder in self.of_datasets or not any(folder.startswith(it) for it in self.of_datasets if it.endswith("/")):
            return
        self._tails[folder] = self._tails.pop(folder, Tail())
        folders = [prefix for prefix in self._tails if prefix not in self.of_datasets]
        for old in folders[:-RECENT_FOLDERS]:
            del self._tails[old]
