"""The report as Markdown. The same bytes for the same models."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache

from ataraxy.catalog.pk import models
from ataraxy.commands.validation import acting, movement, other_ways
from ataraxy.commands.validation.published import Anchor, Section, Verdict
from ataraxy.commands.validation.sources import SOURCES
from ataraxy.core.pharmacology.model import PkModel

COLUMNS = ("Number", "Model", "Published", "Ours", "Difference", "Tolerance", "Verdict", "Source", "How read")
HEAD = """# Validation: published numbers beside ours

Written by `make validation`; do not edit. A test writes it again and compares. Every number of ours comes out of
`simulate` on the files of `catalog/pk_models` and `catalog/effect_models`. No parameter was tuned to a row of this page,
except where the row says *by construction*. How the engine works: [pharmacology.md](pharmacology.md).

- **holds**: inside the tolerance.
- **holds, by construction**: inside it, but the published number was put into our model, or our prior was chosen with it
  in sight. It proves the arithmetic, nothing else.
- **misses, as known**: outside, for the reason given under the table. The test expects the miss, and fails when it ends.
- **misses**: outside, and nobody knew. The tests fail.
- **told, not judged**: beside each other for the reader.

"""


@cache
def sections() -> tuple[Section, ...]:
    """Every table of the report, in order."""
    return (
        movement.peaks(),
        movement.side_by_side(),
        movement.halves(),
        other_ways.by_nose(),
        other_ways.in_the_mouth(),
        movement.by_vein_and_muscle(),
        other_ways.other_studies(),
        acting.pressure(),
        acting.dissociation(),
        acting.occupancy(),
    )


def anchors() -> tuple[Anchor, ...]:
    return tuple(anchor for section in sections() for anchor in section.anchors)


def render() -> str:
    parts = [HEAD, _counted(), *(_section(section) for section in sections()), _models(), _sources()]
    return "\n".join(parts)


def _counted() -> str:
    found = Counter(anchor.verdict for anchor in anchors())
    said = "; ".join(f"{found[verdict]} {verdict.value}" for verdict in Verdict if found[verdict])
    return f"{sum(found.values())} numbers: {said}.\n"


def _section(section: Section) -> str:
    rows = [_row(anchor) for anchor in section.anchors]
    picture = f"\n![{section.caption}](validation/{section.figure}.svg)\n\n" if section.figure else "\n"
    return f"## {section.title}\n\n{section.words}\n{picture}{_table(COLUMNS, rows)}{_misses(section)}"


def _row(anchor: Anchor) -> tuple[str, ...]:
    unit = anchor.unit
    return (
        anchor.what,
        anchor.model,
        f"{anchor.published} {unit}" if anchor.published[0].isdigit() else anchor.published,
        f"{anchor.ours:.{anchor.digits}f} {unit}",
        anchor.difference,
        anchor.bounds.words,
        anchor.verdict.value,
        anchor.source,
        anchor.read.value,
    )


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def _misses(section: Section) -> str:
    known = dict.fromkeys(
        (anchor.what, anchor.known_miss) for anchor in section.anchors if anchor.verdict is Verdict.KNOWN_MISS
    )
    return "\n" + "".join(f"- *{what}* misses: {why}.\n" for what, why in known) if known else ""


def _models() -> str:
    rows = [_model(model) for _, model in sorted(models().items())]
    columns = (
        "Model",
        "Name",
        "Site",
        "Ketamine",
        "Standing",
        "Adults",
        "Numbers not yet verified or proposed",
    )
    return f"## The models\n\n{_table(columns, rows)}"


def _model(model: PkModel) -> tuple[str, ...]:
    stands = [p.status for p in model.parameters] + [v.status for v in (*model.between, *model.occasion)]
    return (
        f"`{model.id}` {model.version}",
        model.name,
        model.sampling_site.value,
        model.enantiomer.value,
        model.standing.value,
        "yes" if model.adults else "refused",
        f"{sum(status.needs_signature for status in stands)} of {len(stands)}",
    )


def _sources() -> str:
    return "## Sources\n\n" + "".join(f"- **{source.key}**: {source.words}\n" for source in SOURCES)
