"""A figure as a page holds it: the picture, its form for a phone, and its numbers as a table."""

from __future__ import annotations

from dataclasses import dataclass

from ataraxy.clinic.figures.svg import Svg
from ataraxy.clinic.figures.types import Table


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure, its form for a phone (empty: it scrolls), and its numbers as a table."""

    caption: str
    note: str
    svg: Svg
    table: Table
    narrow: Svg | str = ""
