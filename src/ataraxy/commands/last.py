"""The last to leave: waits for its supervisor's end and stops the embedded server when nobody else uses it.

``python -m ataraxy.commands.last HOME``. A word on stdin means the supervisor ends in order and stops the server itself.
"""

from __future__ import annotations

import signal
import sys
import time
from pathlib import Path

from ataraxy.clinic.database.embedded import Embedded
from ataraxy.commands.database import stop_if_last

PATIENCE_S = 10.0


def wait_and_stop(home: Path) -> None:
    """Block until stdin closes; then stop the server unless the supervisor said it would."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.stdin.buffer.read():
        return
    end = (
        time.monotonic() + PATIENCE_S
    )  # the lock of a killed process is freed a moment after its pipe closes
    with (home / "database.lock").open("w") as lock:
        while not stop_if_last(Embedded(home), lock.fileno()) and time.monotonic() < end:
            time.sleep(0.1)


if __name__ == "__main__":
    wait_and_stop(Path(sys.argv[1]))
