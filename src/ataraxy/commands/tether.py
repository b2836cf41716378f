"""Become another program that dies with its parent: ``tether.py PARENT_PID SIGNAL PROGRAM [ARG ...]``.

A supervisor that is killed outright can stop nobody; so each of its children asks the kernel for that signal at birth.
(Linux only; elsewhere the program simply starts.)
"""

from __future__ import annotations

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def die_with_parent(parent: int, number: int) -> None:
    """Ask for signal ``number`` when the parent ends; leave at once when it already has."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, number, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


if __name__ == "__main__":
    die_with_parent(int(sys.argv[1]), int(sys.argv[2]))
    os.execv(sys.argv[3], sys.argv[3:])  # noqa: S606 - the supervisor's own list of arguments  # nosec B606
