"""What the documents name exists, and nothing speaks of a machine."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")


@pytest.mark.parametrize("page", PAGES)
def test_every_link_of_a_page_leads_somewhere(page: str) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", (ROOT / page).read_text()):
        if not target.startswith("http"):
            assert (ROOT / target).exists(), f"{page} links to {target}"


def test_every_module_the_architecture_names_is_there() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text()
    named = set(re.findall(r"`((?:core|clinic|live|interop|catalog|commands|demo)/[\w/]+\.py)", text))
    assert len(named) > 8
    for path in named:
        assert (ROOT / "src/ataraxy" / path).exists(), path


def test_the_tree_the_architecture_draws_is_the_tree() -> None:
    drawn = (ROOT / "ARCHITECTURE.md").read_text().split("```")[1]
    for folder in re.findall(r"^  (\w+)/ ", drawn, re.MULTILINE):
        assert (ROOT / "src/ataraxy" / folder).is_dir(), folder
    rooms = {p.name for p in (ROOT / "src/ataraxy").iterdir() if p.is_dir() and p.name != "__pycache__"}
    assert rooms == set(re.findall(r"^  (\w+)/ ", drawn, re.MULTILINE))


def test_the_lock_pins_by_hash_and_names_no_address() -> None:
    for lock in (ROOT / "requirements").glob("*.txt"):
        text = lock.read_text()
        assert "--hash=sha256:" in text
        assert "://" not in text
        assert "index-url" not in text


def test_nothing_committed_names_a_folder_of_a_machine() -> None:
    found = subprocess.run(
        ["git", "grep", "-nIE", r"(^|[\"' (=])/(work|root|farm)/[a-z]"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    lines = [line for line in found.stdout.splitlines() if not line.startswith("tests/contract/test_docs.py")]
    assert not lines, lines


def test_every_migration_app_says_which_is_its_last() -> None:
    for note in (ROOT / "src/ataraxy/clinic").glob("*/migrations/max_migration.txt"):
        last = max(p.stem for p in note.parent.glob("0*.py"))
        assert note.read_text().strip() == last, note
