"""SVG as text: escaped words, short numbers, and a class with its paper colours on every shape.

A strict content security policy forbids style attributes, so a shape carries its colours for paper as
presentation attributes, and ``ataraxy.css`` overrides them by class on the screen. One picture serves page,
dark room and print.
"""

from __future__ import annotations

from decimal import Decimal
from xml.sax.saxutils import escape, quoteattr  # nosec B406

Value = int | float | Decimal

INK, SOFT, GRID, GRID_MAJOR, PAPER = "#1d2430", "#5a6170", "#e9e6dc", "#cbc7ba", "#ffffff"
ACCENT, ACCENT_SOFT, GREEN = "#37458f", "#cfd4ef", "#1b6440"
LOW, LOW_INK = "#1791ac", "#0a5768"
MEDIUM, MEDIUM_INK, HIGH, HIGH_INK = "#d9a400", "#664900", "#c9352d", "#b3201b"
FONT = "Segoe UI, Roboto, Noto Sans, Liberation Sans, Helvetica Neue, Arial, sans-serif"

LOOKS: dict[str, dict[str, str]] = {
    "plot": {"fill": PAPER},
    "frame": {"fill": "none", "stroke": GRID_MAJOR},
    "grid": {"stroke": GRID, "stroke-width": "1"},
    "grid-major": {"stroke": GRID_MAJOR, "stroke-width": "1"},
    "text": {"fill": INK},
    "text-soft": {"fill": SOFT},
    "text-strong": {"fill": INK, "font-weight": "700"},
    "text-dose": {"fill": ACCENT, "font-weight": "600"},
    "text-pulse": {"fill": GREEN},
    "text-high": {"fill": HIGH_INK, "font-weight": "600"},
    "text-medium": {"fill": MEDIUM_INK, "font-weight": "600"},
    "text-on-accent": {"fill": PAPER, "font-weight": "700"},
    "text-on-ink": {"fill": PAPER, "font-weight": "700"},
    "halo": {"stroke": PAPER, "stroke-width": "3.5", "stroke-linejoin": "round", "paint-order": "stroke"},
    "pressure": {"fill": "none", "stroke": INK, "stroke-width": "2", "stroke-linecap": "round"},
    "pressure-join": {"stroke": SOFT, "stroke-width": "1"},
    "pulse": {"fill": GREEN, "stroke": PAPER, "stroke-width": "0.5"},
    "baseline": {
        "stroke": ACCENT,
        "stroke-width": "1.25",
        "stroke-dasharray": "1 4",
        "stroke-linecap": "round",
    },
    "dose": {"fill": ACCENT},
    "dose-bar-body": {"fill": ACCENT_SOFT, "stroke": ACCENT, "stroke-width": "1.25"},
    "dose-line": {"stroke": ACCENT, "stroke-width": "1", "stroke-dasharray": "2 3"},
    "pause": {"fill": PAPER, "stroke": ACCENT, "stroke-width": "1.25", "stroke-dasharray": "3 2"},
    "text-low": {"fill": LOW_INK, "font-weight": "600"},
    "limit-low": {"stroke": LOW, "stroke-width": "1.25", "stroke-dasharray": "2 4"},
    "beyond-low": {"fill": LOW, "fill-opacity": "0.11"},
    "limit-medium": {"stroke": MEDIUM, "stroke-width": "1.5", "stroke-dasharray": "7 4"},
    "limit-high": {"stroke": HIGH, "stroke-width": "1.5"},
    "beyond-medium": {"fill": MEDIUM, "fill-opacity": "0.13"},
    "beyond-high": {"fill": HIGH, "fill-opacity": "0.13"},
    "predicted": {
        "fill": SOFT,
        "fill-opacity": "0.16",
        "stroke": SOFT,
        "stroke-width": "1",
        "stroke-dasharray": "2 3",
    },
    "now": {"stroke": ACCENT, "stroke-width": "2"},
    "now-flag": {"fill": ACCENT},
    "future": {"fill": "#f5f4ef"},
    "note-mark": {"fill": INK},
    "gap": {"fill": "none", "stroke": MEDIUM, "stroke-width": "2"},
    "flag-box": {"fill": "none", "stroke": MEDIUM, "stroke-width": "1.5"},
    "band-even": {"fill": PAPER},
    "band-odd": {"fill": "#f4f2ea"},
    "curve": {"fill": "none", "stroke": ACCENT, "stroke-width": "2.25", "stroke-linejoin": "round"},
    "area": {"fill": ACCENT, "fill-opacity": "0.2"},
    "curve-second": {
        "fill": "none",
        "stroke": SOFT,
        "stroke-width": "2",
        "stroke-dasharray": "6 3",
        "stroke-linejoin": "round",
    },
    "area-second": {"fill": SOFT, "fill-opacity": "0.22"},
    "seen": {"fill": INK, "stroke": PAPER, "stroke-width": "1"},
    "point": {"fill": ACCENT, "stroke": PAPER, "stroke-width": "1.5"},
    "missed": {"fill": "none", "stroke": SOFT, "stroke-width": "1.75", "stroke-linecap": "round"},
    "threshold": {"stroke": INK, "stroke-width": "1.25", "stroke-dasharray": "6 4"},
    "interval": {"stroke": ACCENT, "stroke-width": "4", "stroke-linecap": "round"},
    "reference": {"stroke": SOFT, "stroke-width": "1.5"},
    "reference-mark": {"fill": PAPER, "stroke": SOFT, "stroke-width": "1.5"},
    "text-struck": {"fill": SOFT, "text-decoration": "line-through"},
    "text-flag": {"fill": INK, "font-style": "italic"},
    "box": {"fill": ACCENT, "stroke": PAPER, "stroke-width": "1"},
    "box-hollow": {"fill": PAPER, "stroke": ACCENT, "stroke-width": "2"},
    "whisker": {"stroke": INK, "stroke-width": "1.5"},
    "arrow": {"fill": INK},
    "diamond": {"fill": ACCENT, "stroke": ACCENT, "stroke-width": "1"},
    "diamond-hollow": {"fill": PAPER, "stroke": INK, "stroke-width": "1.5"},
    "prediction": {"stroke": ACCENT, "stroke-width": "1.5", "stroke-dasharray": "5 3"},
    "null-line": {"stroke": INK, "stroke-width": "1.25"},
    "none-mark": {"stroke": SOFT, "stroke-width": "3"},
    "series": {"fill": "none", "stroke": ACCENT, "stroke-width": "1.5"},
    "window": {"fill": SOFT, "fill-opacity": "0.14", "stroke": SOFT, "stroke-width": "1"},
    "funnel": {"fill": "none", "stroke": SOFT, "stroke-width": "1.25", "stroke-dasharray": "5 4"},
    "rate": {"stroke": ACCENT, "stroke-width": "3", "stroke-linecap": "round"},
    "rate-control": {"stroke": SOFT, "stroke-width": "3", "stroke-linecap": "round"},
}


class Svg(str):
    """Finished SVG. Templates print it as it is: every word in it was escaped when it was drawn."""

    __slots__ = ()

    def __html__(self) -> str:
        return self


def num(value: Value) -> str:
    """A coordinate or a printed number with at most two decimals and no trailing zeros."""
    text = f"{float(value):.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def tag(name: str, *children: str, cls: str = "", **attributes: str | Value) -> str:
    """One element. ``cls`` may hold several classes; later ones win over earlier ones on paper too."""
    looks: dict[str, str] = {}
    for one in cls.split():
        looks |= LOOKS.get(one, {})
    pairs = {"class": cls} if cls else {}
    pairs |= looks
    for key, value in attributes.items():
        pairs[key.rstrip("_").replace("_", "-")] = value if isinstance(value, str) else num(value)
    opening = "".join(f" {key}={quoteattr(value)}" for key, value in pairs.items())
    inside = "".join(children)
    return f"<{name}{opening}>{inside}</{name}>" if inside else f"<{name}{opening}/>"


def line(x1: float, y1: float, x2: float, y2: float, cls: str, **attributes: str | Value) -> str:
    return tag("line", cls=cls, x1=x1, y1=y1, x2=x2, y2=y2, **attributes)


def rect(x: float, y: float, width: float, height: float, cls: str, **attributes: str | Value) -> str:
    return tag("rect", cls=cls, x=x, y=y, width=max(width, 0.0), height=max(height, 0.0), **attributes)


def text(x: float, y: float, words: str, cls: str = "text", size: int = 12, anchor: str = "start") -> str:
    return tag("text", escape(words), cls=cls, x=x, y=y, font_size=size, text_anchor=anchor)


def path(points: list[tuple[float, float]], cls: str, *, closed: bool = False) -> str:
    """A line through points, or the area they enclose."""
    steps = " ".join(f"{'L' if i else 'M'}{num(x)} {num(y)}" for i, (x, y) in enumerate(points))
    return tag("path", cls=cls, d=f"{steps}{' Z' if closed else ''}")


def document(name: str, cls: str, size: tuple[float, float], title: str, desc: str, parts: list[str]) -> Svg:
    """The whole picture. ``name`` is its id, unique on the page; ``desc`` says what it shows."""
    width, height = size
    head = [tag("title", escape(title), id=f"{name}-title"), tag("desc", escape(desc), id=f"{name}-desc")]
    return Svg(
        tag(
            "svg",
            *head,
            *parts,
            cls=f"fig {cls}",
            xmlns="http://www.w3.org/2000/svg",
            viewBox=f"0 0 {num(width)} {num(height)}",
            role="img",
            aria_labelledby=f"{name}-title {name}-desc",
            font_family=FONT,
        )
    )


def spread(wanted: list[float], gap: float, lowest: float, highest: float) -> list[float]:
    """Places for labels: near where they are wanted, never closer than ``gap``, in the given order.

    ``wanted`` ascends. Labels that do not fit between ``lowest`` and ``highest`` overrun the lower end rather
    than overlap.
    """
    placed: list[float] = []
    for want in wanted:
        placed.append(max(want, lowest, placed[-1] + gap) if placed else max(want, lowest))
    ceiling = highest
    for index in reversed(range(len(placed))):
        placed[index] = min(placed[index], ceiling)
        ceiling = placed[index] - gap
    return placed
