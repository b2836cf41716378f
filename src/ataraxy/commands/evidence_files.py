"""A file of evidence from the disk."""

from __future__ import annotations

from pathlib import Path

from ataraxy.core.errors import InputRefused
from ataraxy.interop.evidence_formats import LARGEST_FILE


def bytes_of(file: Path) -> bytes:
    """Raises: InputRefused: it cannot be read, or is too large."""
    try:
        if file.stat().st_size > LARGEST_FILE:
            raise InputRefused("The file is larger than 33 MB.", "Hand it in by parts.")
        return file.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputRefused(f"The file cannot be read: {reason}.", "Check its name and rights.") from None
