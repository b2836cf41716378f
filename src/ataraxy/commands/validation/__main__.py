"""Write the report and its pictures: ``make validation``."""

from __future__ import annotations

import sys
from pathlib import Path

from ataraxy.commands.validation import figures, page
from ataraxy.commands.validation.published import Verdict

REFERENCE = Path(__file__).parents[4] / "docs/reference"


def main(folder: Path = REFERENCE) -> int:
    """Write everything; exit code 1 when a number misses and nobody knew."""
    pictures = folder / "validation"
    pictures.mkdir(parents=True, exist_ok=True)
    (folder / "validation.md").write_text(page.render(), encoding="utf-8")
    for name, picture in figures.every().items():
        (pictures / f"{name}.svg").write_text(f"{picture}\n", encoding="utf-8")
    missed = [anchor.name for anchor in page.anchors() if anchor.verdict is Verdict.MISSES]
    sys.stdout.write("".join(f"Misses: {name}\n" for name in missed))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:2])))
