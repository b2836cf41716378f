"""``ataraxy bluetooth``."""

from __future__ import annotations

import subprocess
import sys

import pytest


def ataraxy(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ataraxy.cli", "bluetooth", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def test_a_zone_that_does_not_exist_is_told_with_its_cure() -> None:
    done = ataraxy("F1:F1:F1:F1:F1:F1", "--zone", "Nowhere/Land")
    assert done.returncode == 2
    assert "no time zone" in done.stderr and "America/New_York" in done.stderr


def test_without_a_radio_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """No bus of the operating system answers at this address."""
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent/bus")
    done = ataraxy()
    assert done.returncode == 1
    assert "Bluetooth does not answer" in done.stderr and "adapter" in done.stderr
