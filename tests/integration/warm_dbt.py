"""dbt in this process, where it is imported and has read its macros once: half of a small build's time."""

import gc
import io
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import redirect_stdout

import pytest

# What no test reads: the manifest and the results, 0.5 s of a small build, and a log of all statements, 0.3 s.
LEAN = {"DBT_WRITE_JSON": "false", "DBT_LOG_LEVEL_FILE": "none"}
# The nodes that a repeated build of an unchanged project leaves as they are, a third of its time.
UNCHANGED = ("--exclude", "config.materialized:view", "resource_type:exposure")


def run_dbt(arguments: Sequence[str], environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run dbt as its command line does. Only one thread at a time may.

    Args:
        arguments: those of the command line.
        environment: variables that dbt gets beside those of this process.

    Returns:
        What a process of its own would return: 0, 1 if a node failed, 2 if dbt itself did; and the output.
    """
    # Not by each process that imports the tests' helpers: it takes 3 s, and dbt sets up logging.
    from dbt.cli.main import dbtRunner

    with pytest.MonkeyPatch.context() as patch, redirect_stdout(io.StringIO()) as output:
        for name, value in environment.items():
            patch.setenv(name, value)
        # The collector would go through all that the tests have imported, again and again: a sixth of a build's time.
        gc.disable()
        try:
            result = dbtRunner().invoke(list(arguments))
        finally:
            gc.enable()
    returncode = 0 if result.success else 2 if result.exception else 1
    return subprocess.CompletedProcess(["dbt", *arguments], returncode, output.getvalue())
