"""``ataraxy evidence-import FILE``: what a file would change in the base and in every pooled estimate.

Exit code 0: shown, or accepted. 1: it may not be accepted as it stands; each problem is told. 2: the file was refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from ataraxy.catalog.library import sources
from ataraxy.catalog.local import SOURCES, LocalBase, SourceFile, merged, read_local
from ataraxy.catalog.written import written
from ataraxy.commands.evidence_files import bytes_of
from ataraxy.commands.evidence_import_page import as_json, print_references, print_studies
from ataraxy.commands.say import Exit, document, out
from ataraxy.core.errors import AtaraxyError, InputRefused
from ataraxy.core.protocol.sources import Source
from ataraxy.interop.arrival import known_source, reference_source
from ataraxy.interop.arriving import Arrival, arrive
from ataraxy.interop.evidence_formats import Format, format_of, references_in, studies_in
from ataraxy.interop.references import References


def evidence_import(
    file: Path, named: str = "", into: Path | None = None, accept: bool = False, json: bool = False
) -> int:
    """Show what a file would change; write it only when told to.

    Raises:
        InputRefused: the file, its format or the folder; nothing is written.
        CatalogError: a file of the folder is wrong.
    """
    form = format_of(file.name, named)
    if accept and into is None:
        raise InputRefused("Where to is not told.", "Name a folder of your own: --into FOLDER.", "into")
    local = LocalBase() if into is None else _local(into)
    data = bytes_of(file)
    if form in (Format.RIS, Format.BIBTEX):
        return _references(references_in(data, form), file.name, local, into if accept else None, json)
    arrival = arrive(studies_in(data, form), file.name, local.with_shipped(), local.sources)
    refused = accept and bool(arrival.problems)
    written_to = _write_studies(arrival, local, into) if accept and into is not None and not refused else ()
    if json:
        document(as_json(arrival, written_to))
    else:
        print_studies(arrival, written_to, asked=accept, console=out)
    return Exit.WRONG if arrival.problems else Exit.FINE


def _local(folder: Path) -> LocalBase:
    shipped = Path(__file__).resolve().parents[1] / "catalog"
    if shipped in (folder.resolve(), *folder.resolve().parents):
        raise InputRefused("This is the catalog itself.", "Choose a folder of your own beside it.", "into")
    if folder.exists() and not folder.is_dir():
        raise InputRefused(f"{folder} is no folder.", "Choose a folder of your own.", "into")
    return read_local(folder)


def _write_studies(arrival: Arrival, local: LocalBase, folder: Path) -> tuple[Path, ...]:
    files = {
        f"{one.study.id}.toml": written(one.study, "\n".join([one.study.note, *map(str, one.notes)]))
        for one in arrival.taken
    }
    return _write(folder, {SOURCES: written(merged(local.sources, arrival.sources)), **files})


def _write(folder: Path, files: Mapping[str, str]) -> tuple[Path, ...]:
    """Each file whole or not at all; the sources first, so that no study stands without its own.

    Raises:
        AtaraxyError: the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            new = folder / f".{name}.new"
            new.write_text(text, encoding="utf-8")
            new.replace(folder / name)
    except OSError as error:
        words = f"{folder} cannot be written: {error.strerror}."
        raise AtaraxyError(words, "Check its rights, or choose another folder.") from None
    return tuple(folder / name for name in files)


def _keyed_apart(arrived: Iterable[Source], taken: set[str]) -> tuple[Source, ...]:
    """Each under a key nobody has yet."""
    found = []
    for one in arrived:
        key, number = one.key, 1
        while key in taken:
            number += 1
            key = f"{one.key}-{number}"
        taken.add(key)
        found.append(replace(one, key=key))
    return tuple(found)


def _references(found: References, file: str, local: LocalBase, into: Path | None, json: bool) -> int:
    """New references as sources nobody has read; known ones are named and left as they are."""
    known_here = (*sources().values(), *local.sources.values())
    known = {one.key: known_source(one, known_here) for one in found.entries}
    arrived = (reference_source(one, file) for one in found.entries if known[one.key] is None)
    new = _keyed_apart(arrived, {one.key for one in known_here})
    written_to: tuple[Path, ...] = ()
    if into is not None and new:
        text = written(SourceFile(merged(local.sources, new).sources))
        written_to = _write(into, {SOURCES: text})
    if json:
        rows = [{"key": one.key, "known_as": getattr(known[one.key], "key", None)} for one in found.entries]
        notes = [str(note) for note in found.notes]
        document({"references": rows, "notes": notes, "written": [str(path) for path in written_to]})
    else:
        print_references(found, known, written_to, out)
    return Exit.FINE
