"""The last to leave: waits for its supervisor's end and stops the embedded server when nobody else uses it.

``python -m ataraxy.commands.last HOME``. A word on stdin means the supervisor ends in order and stops the server itself.
"""

from __future__ import annotations

import fcntl
import signal
import sys
from pathlib import Path

from ataraxy.clinic.database.embedded import Embedded
from ataraxy.commands.database import stop_if_last


def wait_and_stop(home: Path) -> None:
    """Block until stdin closes; then stop the server unless the supervisor said it would."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.stdin.buffer.read():
        return
    with (home / "database.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        stop_if_last(Embedded(home), lock.fileno())


if __name__ == "__main__":
    wait_and_stop(Path(sys.argv[1]))
