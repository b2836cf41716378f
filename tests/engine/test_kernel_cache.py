"""The compiled simulator is found again, also where the package's folder may not be written to."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ataraxy.engine import kernel_cache
from ataraxy.engine.kernel_cache import PLACE, forget_outdated, settle


@pytest.fixture(autouse=True)
def nothing_chosen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(PLACE, "")  # put aside first: what settle() chooses here is gone with the test
    monkeypatch.delenv(PLACE)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setitem(sys.modules, "numba", None)  # settle() speaks to numba only where it is loaded
    monkeypatch.delitem(sys.modules, "numba")


def test_a_folder_that_was_named_is_respected(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(PLACE, str(tmp_path))
    assert settle() == tmp_path


def test_beside_the_package_where_that_can_be_written(tmp_path: Path) -> None:
    assert settle(tmp_path) == tmp_path / "__pycache__"
    assert PLACE not in os.environ


def test_in_the_users_cache_where_it_cannot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel_cache, "_writable", lambda folder: "__pycache__" not in str(folder))
    assert settle(tmp_path) == tmp_path / "cache" / "ataraxy" / "kernels"
    assert os.environ[PLACE] == str(tmp_path / "cache" / "ataraxy" / "kernels")


def test_in_a_private_folder_where_nothing_can(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel_cache, "_writable", lambda folder: False)
    place = settle(tmp_path)
    assert place.is_dir() and place.stat().st_mode & 0o077 == 0
    place.rmdir()


def test_a_folder_that_is_a_file_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert not kernel_cache._writable(tmp_path / "file" / "deeper")


def test_what_was_compiled_from_other_sources_goes_and_nothing_else(tmp_path: Path) -> None:
    package, place = tmp_path / "package", tmp_path / "place"
    (place / "package_1").mkdir(parents=True)
    package.mkdir()
    (package / "walk.py").write_text("@njit\ndef walk(): ...")
    (package / "plain.py").write_text("def plain(): ...")
    compiled, foreign = (
        place / "package_1" / "walk.walk-3.py311.nbi",
        place / "package_1" / "other.f-1.py311.nbc",
    )
    compiled.touch(), foreign.touch()
    assert forget_outdated(place, (package,))  # nobody knows what it was compiled from
    assert foreign.exists() and not compiled.exists()
    compiled.touch()
    (package / "plain.py").write_text("def plain(): return 1")
    assert not forget_outdated(place, (package,)) and compiled.exists()
    (package / "lanes.py").write_text("@njit\ndef log(): ...")  # called by walk, from another file
    assert forget_outdated(place, (package,)) and not compiled.exists()


def test_a_folder_that_was_named_and_is_not_there_yet_is_made(tmp_path: Path) -> None:
    """Numba makes it when it compiles; what is compiled there is known from then on. Other places are left alone."""
    (tmp_path / "package" / "__pycache__").mkdir(parents=True)
    (tmp_path / "package" / "walk.py").write_text("@njit\ndef walk(): ...")
    compiled = tmp_path / "package" / "__pycache__" / "walk.walk-3.py311.nbi"
    compiled.touch()
    named = tmp_path / "named" / "kernels"
    assert not forget_outdated(named, (tmp_path / "package",))
    assert named.is_dir() and compiled.exists()
    assert forget_outdated(compiled.parent, (tmp_path / "package",)) and not compiled.exists()


@pytest.mark.slow
def test_the_first_use_says_that_it_compiles_and_the_second_does_not(tmp_path: Path) -> None:
    said = [
        subprocess.run(
            [sys.executable, "-m", "ataraxy.engine.kernel_cache"],
            env=os.environ | {PLACE: str(tmp_path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for _ in range(2)
    ]
    assert "Compiling the simulator once" in said[0]
    assert "Compiling" not in said[1] and str(tmp_path) in said[1]
