"""A password file of libpq that is kept fresh, for a program that logs in for longer than its password is valid."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread

log = logging.getLogger(__name__)

# A token of AWS IAM opens connections for 15 minutes. One renewal may fail.
RENEWAL = timedelta(minutes=5)


@contextmanager
def password_file(new_password: Callable[[], str], renewal: timedelta = RENEWAL) -> Iterator[Path]:
    """Keep a password file for all servers, which nobody else may read; remove it at the end.

    libpq reads it whenever it connects without a password (https://www.postgresql.org/docs/current/libpq-pgpass.html).

    Args:
        new_password: returns a password that is valid now.
        renewal: the time after which it is asked again.

    Yields:
        The file, for ``PGPASSFILE``.
    """
    with TemporaryDirectory(prefix="cerebro-password-") as folder:
        file = Path(folder) / "pgpass"
        _write(file, new_password())
        ended = Event()
        renewer = Thread(target=_renew, args=(file, new_password, renewal, ended), daemon=True)
        renewer.start()
        try:
            yield file
        finally:
            ended.set()
            renewer.join()


def _renew(file: Path, new_password: Callable[[], str], renewal: timedelta, ended: Event) -> None:
    while not ended.wait(renewal.total_seconds()):
        try:
            _write(file, new_password())
        except Exception:
            log.warning("The warehouse's password could not be renewed; the next attempt follows", exc_info=True)


def _write(file: Path, password: str) -> None:
    """Replace the file at once: whoever connects reads the old one or the new one."""
    escaped = password.replace("\\", "\\\\").replace(":", "\\:")
    new = file.with_name("new")
    new.touch(mode=0o600)
    new.write_text(f"*:*:*:*:{escaped}\n", encoding="utf-8")
    new.replace(file)
