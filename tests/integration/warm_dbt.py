"""dbt in this process, where it is imported and has read its macros once: half of a small build's time."""

import io
import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout


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

    with redirect_stdout(io.StringIO()) as output, _variables(environment):
        result = dbtRunner().invoke(list(arguments))
    returncode = 0 if result.success else 2 if result.exception else 1
    return subprocess.CompletedProcess(["dbt", *arguments], returncode, output.getvalue())


@contextmanager
def _variables(environment: Mapping[str, str]) -> Iterator[None]:
    """Set environment variables as long as the context is open."""
    before = dict(os.environ)
    os.environ.update(environment)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
