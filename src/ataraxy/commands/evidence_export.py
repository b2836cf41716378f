"""``ataraxy evidence-export STUDY --as ctgov``: studies of the base in another's format, and what that format cannot carry.

Exit code 0: written. 2: wrongly asked.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from textwrap import shorten

from rich.text import Text

from ataraxy.catalog.library import sources
from ataraxy.catalog.local import LocalBase, read_local
from ataraxy.commands.evidence_page import plain
from ataraxy.commands.read_again import under_our_names
from ataraxy.commands.say import Exit, document, err
from ataraxy.core.errors import InputRefused
from ataraxy.core.evidence.difference import Change, Difference, differences_of_study
from ataraxy.core.evidence.study import Study
from ataraxy.interop.arrival import source_reference
from ataraxy.interop.ctgov import render_study
from ataraxy.interop.evidence_formats import Format, format_of, studies_in
from ataraxy.interop.metapsy import render_table
from ataraxy.interop.references import render_bibtex, render_ris

WIDTH = 120


def evidence_export(
    ids: Sequence[str],
    named: str,
    file: Path | None = None,
    beside: Path | None = None,
    json: bool = False,
) -> int:
    """Write studies as a file (or to stdout), and tell what of them it cannot carry.

    Raises:
        InputRefused: no such study or format, or more studies than the format holds.
    """
    form = format_of(file.name if file else "", named)
    local = LocalBase() if beside is None else read_local(beside)
    chosen = _chosen(ids, local.with_shipped())
    data = _rendered(chosen, form, local)
    lost = tuple(_lost(chosen, data, form))
    if file is not None:
        _write(file, data)
    elif not json:
        sys.stdout.buffer.write(data)
        sys.stdout.flush()
    if json:
        text = None if file is not None else data.decode()
        document(
            {"studies": [one.id for one in chosen], "text": text, "not_carried": [plain(one) for one in lost]}
        )
    else:
        for one in lost:
            words = shorten(one.before, WIDTH, placeholder=" ...")
            after = f", but as {shorten(one.after, WIDTH, placeholder=' ...')}" if one.after else ""
            err.print(Text(f"not carried: {one.study} {one.path}: {words}{after}", style="dim"))
    return Exit.FINE


def _chosen(ids: Sequence[str], base: Mapping[str, Study]) -> tuple[Study, ...]:
    """The studies named, or all of them."""
    for one in ids:
        if one not in base:
            known = ", ".join(sorted(base))
            raise InputRefused(f"There is no study {one!r}.", f"Choose from: {known}.", "study")
    return tuple(base[one] for one in ids) or tuple(base.values())


def _rendered(chosen: Sequence[Study], form: Format, local: LocalBase) -> bytes:
    if form is Format.METAPSY:
        return render_table(chosen)
    if form is Format.CTGOV:
        if len(chosen) != 1:
            raise InputRefused("A file of ClinicalTrials.gov is one study.", "Name one study.", "study")
        return render_study(chosen[0])
    known = {**sources(), **local.sources}
    cited = dict.fromkeys(one.source for one in chosen)
    references = tuple(source_reference(known[key]) for key in cited if key in known)
    return render_ris(references) if form is Format.RIS else render_bibtex(references)


def _lost(chosen: Iterable[Study], data: bytes, form: Format) -> Iterable[Difference]:
    """What reading the file again does not give back; a file that cannot be read again says so by itself."""
    if form in (Format.RIS, Format.BIBTEX):
        return
    try:
        again = {one.study.id: one.study for one in studies_in(data, form)}
    except InputRefused:
        again = {}
    for study in chosen:
        found = next(iter(again.values()), None) if form is Format.CTGOV else again.get(study.id)
        if found is None:
            yield Difference(Change.REMOVED, study.id, "", study.title, "")
        else:
            lost = differences_of_study(study, under_our_names(found, study))
            yield from (replace(one, study=study.id) for one in lost if one.before)


def _write(file: Path, data: bytes) -> None:
    try:
        file.write_bytes(data)
    except OSError as error:
        raise InputRefused(
            f"{file} cannot be written: {error.strerror}.", "Choose another place.", "out"
        ) from None
