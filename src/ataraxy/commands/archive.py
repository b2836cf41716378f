"""A backup's file: one tar of the dump, the anchors and the secrets, with a manifest of what each must hash to.

The file is 0600, holds whole charts and the keys of the second factors, and is not encrypted: keep it as you keep the
clinic's disk. It is written under another name and takes its own only when it is complete and on the disk.
"""

from __future__ import annotations

import hashlib
import json
import os
import tarfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO

from ataraxy.core.errors import AtaraxyError

FORMAT = 1
MANIFEST = "manifest.json"
DUMP = "database.dump"
ANCHORS = "anchors.log"
CHUNK = 1 << 20


class BackupUnreadable(AtaraxyError):
    """The file is no backup, or not as it was written."""


@dataclass(frozen=True, slots=True)
class Written:
    """What a member must be found to be."""

    size: int
    sha256: str


class Archive:
    """A backup being written."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self.files: dict[str, Written] = {}

    def add(self, name: str, chunks: Iterable[bytes]) -> Written:
        """Write a member whose size is known only at its end: its header is written last, in its place."""
        start = self._out.tell()
        self._out.write(b"\0" * tarfile.BLOCKSIZE)
        size, digest = 0, hashlib.sha256()
        for chunk in chunks:
            self._out.write(chunk)
            digest.update(chunk)
            size += len(chunk)
        self._out.write(b"\0" * (-size % tarfile.BLOCKSIZE))
        end = self._out.tell()
        self._out.seek(start)
        self._out.write(_header(name, size))
        self._out.seek(end)
        self.files[name] = Written(size, digest.hexdigest())
        return self.files[name]

    def finish(self, about: Mapping[str, Any]) -> None:
        """Write the manifest and the end of the tar."""
        files = {n: {"size": w.size, "sha256": w.sha256} for n, w in self.files.items()}
        manifest = {"format": FORMAT, **about, "files": files}
        self.add(MANIFEST, [json.dumps(manifest, indent=1).encode()])
        self._out.write(b"\0" * 2 * tarfile.BLOCKSIZE)


def _header(name: str, size: int) -> bytes:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    return info.tobuf(tarfile.GNU_FORMAT)


@contextmanager
def writing(path: Path) -> Iterator[Archive]:
    """A new backup at ``path``, there only when the block ended well."""
    if path.exists():
        raise AtaraxyError(f"{path} exists already.", "Name a file that does not: a backup replaces none.")
    partial = path.with_name(path.name + ".partial")
    try:
        out = os.fdopen(os.open(partial, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "w+b")
    except OSError as error:
        raise AtaraxyError(f"{path} cannot be written: {error.strerror}.", "Name another folder.") from None
    try:
        with out:
            yield Archive(out)
            out.flush()
            os.fsync(out.fileno())
        partial.replace(path)
        _sync(path.parent)
    finally:
        partial.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


# --- reading -------------------------------------------------------------------------------------


@contextmanager
def reading(path: Path) -> Iterator[tarfile.TarFile]:
    """An existing backup."""
    try:
        with tarfile.open(path, "r:") as archive:
            yield archive
    except (OSError, tarfile.TarError) as error:
        reason = (
            error.strerror
            if isinstance(error, OSError) and error.strerror
            else "it is no tar, or it was cut off"
        )
        raise BackupUnreadable(
            f"{path} cannot be read: {reason}.", "Name a file that `ataraxy backup` wrote."
        ) from None


def manifest_of(archive: tarfile.TarFile) -> dict[str, Any]:
    """The manifest of a backup this release can read."""
    try:
        manifest = json.loads(member(archive, MANIFEST).read())
        known = manifest["format"] <= FORMAT
    except (KeyError, TypeError, ValueError):
        raise BackupUnreadable(
            "The file has no manifest of a backup.", "Name a file `ataraxy backup` wrote."
        ) from None
    if not known:
        raise BackupUnreadable(
            f"A later release ({manifest.get('release')}) wrote this backup.",
            "Install that release or a newer one.",
        )
    return dict(manifest)


def member(archive: tarfile.TarFile, name: str) -> IO[bytes]:
    """One member by its name; nothing is ever unpacked by the names inside the file."""
    found = archive.extractfile(name)
    if found is None:
        raise KeyError(name)
    return found


def refuse_changed(
    archive: tarfile.TarFile, manifest: Mapping[str, Any], step: Callable[[int], None]
) -> None:
    """Raise when a member is missing or does not hash to what the manifest says."""
    for name, told in manifest["files"].items():
        digest = hashlib.sha256()
        try:
            for chunk in chunks_of(member(archive, name)):
                digest.update(chunk)
                step(len(chunk))
            found = digest.hexdigest()
        except KeyError:
            found = "nothing"
        if found != told["sha256"]:
            raise BackupUnreadable(
                f"{name} in the backup is not as it was written.",
                "Use another backup: this one was damaged or changed.",
            )


def chunks_of(source: IO[bytes]) -> Iterator[bytes]:
    while chunk := source.read(CHUNK):
        yield chunk
