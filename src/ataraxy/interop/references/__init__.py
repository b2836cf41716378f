"""References as reference managers keep them, RIS and BibTeX, in and out."""

from ataraxy.interop.references.bibtex import read_bibtex, render_bibtex
from ataraxy.interop.references.reference import Reference, References
from ataraxy.interop.references.ris import read_ris, render_ris

__all__ = ["Reference", "References", "read_bibtex", "read_ris", "render_bibtex", "render_ris"]
