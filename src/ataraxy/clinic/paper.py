"""Paper: one page description (typst) and its values become a PDF, offline, with the fonts that typst carries.

The same source and values give the same bytes. Values reach the page as data and are never read as markup, so nothing a
person typed can change a paper's layout.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import typst

from ataraxy.core.errors import AtaraxyError

# What every paper starts with: letter size, numbered pages, and `data`, the values as a dictionary.
HOUSE = """\
#let data = json(bytes(sys.inputs.data))
#set page(paper: "us-letter", margin: (x: 1.8cm, top: 1.8cm, bottom: 2cm), footer: context [
  #set text(size: 8pt, fill: luma(90))
  #data.at("foot", default: "") #h(1fr) Page #counter(page).display() of #counter(page).final().first()
])
#set text(font: "Libertinus Serif", size: 10pt, lang: "en")
#set document(date: none)
"""


class PaperFailed(AtaraxyError):
    """A page description cannot be set: a fault of ours, never of what was typed."""


def pdf(source: str, data: Mapping[str, object]) -> bytes:
    """Set ``source`` with ``data`` and return the PDF.

    Args:
        source: typst markup; ``data.name`` is the value of ``name``, and ``data.foot`` stands at the foot of each page.
            Sizes, the page format and the font are ``HOUSE``'s until the source sets its own.
        data: plain values, lists and dictionaries. Decimals, days and ids become text; a moment is refused, because
            only the caller knows the zone and the words it is read in.

    Raises:
        PaperFailed: typst cannot set it; its own words are in the cause.
    """
    try:
        made = typst.compile(
            (HOUSE + source).encode(),
            format="pdf",
            ignore_system_fonts=True,
            sys_inputs={"data": json.dumps(data, default=_plain)},
        )
    except typst.TypstError as error:
        raise PaperFailed(
            f"The paper cannot be set: {error.message}", "Report it; print the screen meanwhile."
        ) from None
    assert isinstance(made, bytes)
    return made


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        raise TypeError("write a moment in the clinic's zone before it is printed")
    if isinstance(value, Decimal | UUID | date):
        return str(value)
    raise TypeError(f"{type(value).__name__} cannot be printed")
