"""No page needs what the content security policy forbids: inline style, inline script, handlers, foreign addresses."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import ataraxy.clinic

CLINIC = Path(ataraxy.clinic.__file__).parent
TEMPLATES = sorted(CLINIC.rglob("templates/**/*.html"))
STATIC = sorted((CLINIC / "static").rglob("*.*"))


def test_there_are_pages_to_look_at() -> None:
    assert len(TEMPLATES) > 30


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: str(p.relative_to(CLINIC)))
def test_no_template_has_inline_style_or_script(path: Path) -> None:
    text = re.sub(r"{%\s*comment.*?endcomment\s*%}|{#.*?#}", "", path.read_text(), flags=re.DOTALL)
    assert not re.search(r"\sstyle\s*=|<style", text), "use a class of ataraxy.css"
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text), "use a module in static/ataraxy"
    for opening in re.findall(r"<script\b[^>]*>", text):
        assert "src=" in opening or "application/json" in opening, f"{opening}: use json_script and a module"
    assert not re.search(r"(src|href|action)\s*=\s*[\"'](https?:)?//", text), "nothing is loaded from outside"


@pytest.mark.parametrize("path", STATIC, ids=lambda p: p.name)
def test_no_static_file_calls_out(path: Path) -> None:
    text = path.read_text().replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"https?://|@import|\beval\(|new Function", text)
