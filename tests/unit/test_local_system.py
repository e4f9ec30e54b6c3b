"""What ends together with what, by the way of Linux and by the one for other systems."""

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from local.processes import STACK_MARKER, find

REPOSITORY = Path(__file__).parents[2]

# A guard, of which the program has a child in a session of its own, and a grandchild whose parent has ended.
GUARD = """
import os, sys
from local import guard, system
from local.components import Component
from local.processes import COMPONENT_MARKER, STACK_MARKER

system.LINUX = system.LINUX and sys.argv[1] == "linux"
marked = os.environ | {STACK_MARKER: sys.argv[2], COMPONENT_MARKER: "program"}
child = [sys.executable, "-c", "import os, time; os.setsid(); os.fork() and os._exit(0); time.sleep(60)"]
script = "import subprocess, sys, time; subprocess.Popen(sys.argv[1:]); time.sleep(60)"
guard.run(Component("program", [sys.executable, "-c", script, *child], marked), sys.argv[2])
"""
PARENT = "import subprocess, sys; sys.exit(subprocess.call([sys.executable, '-c', *sys.argv[1:]]))"


@pytest.mark.parametrize("way", ["linux", "elsewhere"])
def test_nothing_outlives_the_parent_of_a_guard(tmp_path: Path, way: str) -> None:
    stack = str(tmp_path)
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY), STACK_MARKER: "none"}
    parent = subprocess.Popen([sys.executable, "-c", PARENT, GUARD, way, stack], env=environment)
    (guard,) = wait_for(lambda: psutil.Process(parent.pid).children())
    family = {guard, *wait_for(lambda: found if len(found := find(stack)) >= 2 else [])}
    parent.kill()
    parent.wait()
    _, alive = psutil.wait_procs(family, timeout=15)
    assert alive == []
    assert find(stack) == []


def wait_for(condition):  # noqa: ANN001, ANN201 - whatever it waits for
    deadline = time.monotonic() + 15
    while not (found := condition()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)
    return found
