"""Run one component under supervisord and leave nothing behind: `python -m local.guard <component>`.

A component's processes start others (Airflow's tasks, dbt, PostgreSQL's backends), some in their own groups.
This process adopts them when their parent dies. It ends with supervisord, and ends all of them.
"""

import os
import signal
import subprocess
import sys
from contextlib import suppress

import psutil

from local.components import Component, component
from local.processes import end, find, interrupt
from local.settings import StackSettings
from local.system import end_with_parent, guard_descendants


def run(program: Component, stack: str) -> int:
    """Run the component until it ends or this process is asked to stop; return its exit code."""
    signal.signal(signal.SIGTERM, interrupt)
    guard_descendants()
    end(find(stack, program.name))  # left over from a guard that was killed
    bound = end_with_parent(program.stop_signal)
    process = subprocess.Popen(program.command, env=program.environment, cwd="/", preexec_fn=bound)
    try:
        while True:
            # Any child: adopted ones must be reaped, too.
            pid, status = os.wait()
            if pid == process.pid:
                return os.waitstatus_to_exitcode(status)
    except KeyboardInterrupt:
        process.send_signal(program.stop_signal)
        with suppress(subprocess.TimeoutExpired):
            process.wait(program.grace_period)
        return 0
    finally:
        while children := psutil.Process().children():
            end(children, grace_period=0)
        end(find(stack, program.name), grace_period=0)  # what no system without adoption brings to this process


if __name__ == "__main__":
    settings = StackSettings.read()
    sys.exit(abs(run(component(sys.argv[1], settings), str(settings.state_dir))))
