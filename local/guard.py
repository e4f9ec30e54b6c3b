"""
Run one component under supervisord and leave nothing behind: `python -m local.guard <component>`.

A component's processes start others (Airflow's tasks, dbt, PostgreSQL's backends), some in their own groups.
This process adopts them when their parent dies, ends with supervisord, and takes all of them with it.
"""

import os
import signal
import subprocess
import sys
from types import FrameType

from local.components import Component, component
from local.processes import adopt_orphans, end, end_with_my_parent, end_with_parent, find, kill_descendants
from local.settings import StackError, State


def run(program: Component, state: State) -> int:
    """Run the component until it ends or this process is told to stop; its exit code."""
    end_with_my_parent(signal.SIGTERM)
    adopt_orphans()
    end(find(str(state.folder), program.name))  # left over from one that was killed
    process = subprocess.Popen(
        program.command, env=program.environment, cwd="/", preexec_fn=end_with_parent(program.stop_signal)
    )

    def stop(_number: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        process.send_signal(program.stop_signal)
        signal.alarm(program.patience)

    def give_up(_number: int, _frame: FrameType | None) -> None:
        process.kill()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGALRM, give_up)
    while True:
        # Any child: adopted ones must be buried, too.
        pid, status = os.wait()
        if pid == process.pid:
            signal.alarm(0)
            kill_descendants()
            return os.waitstatus_to_exitcode(status)


def main() -> int:
    """Run the component that the command line names."""
    state = State.from_environment()
    try:
        return abs(run(component(sys.argv[1], state), state))
    except StackError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
