"""What was seen of ketamine in tissue and in people, step by step, each with its sources; contradictions included."""

from __future__ import annotations

from dataclasses import dataclass

from ataraxy.clinic.people.cited import Cited, cited
from ataraxy.core.protocol.types import Status


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was seen, and by whom."""

    words: str
    sources: tuple[Cited, ...]


def findings() -> dict[str, tuple[Finding, ...]]:
    """Every finding of the page, by step."""
    return {step: tuple(_finding(*row) for row in rows) for step, rows in SEEN.items()}


def _finding(words: str, *keys: str) -> Finding:
    return Finding(words, tuple(cited(key, Status.TRIAL) for key in keys))


SEEN: dict[str, tuple[tuple[str, ...], ...]] = {
    "receptor": (
        (
            (
                "In rat brain tissue S-ketamine binds the NMDA receptor about five times as tightly as "
                "R-ketamine (Ki 0.3 against 1.4 micromolar); norketamine binds more weakly (1.7 and 13 "
                "micromolar)."
            ),
            "ebert-1997",
        ),
        (
            (
                "In people, effects were seen above 70 ng/mL of S-ketamine in plasma. No clean number for how "
                "many receptors are held at 0.5 mg/kg was found."
            ),
            "hartvig-1995",
        ),
    ),
    "early": (
        (
            (
                "External perception changes with S-ketamine and follows blood with a half-time of 8.3 min "
                "(5.1 to 13.0); R-ketamine added nothing, S-norketamine worked a little against it."
            ),
            "olofsen-2022",
        ),
        (
            (
                "Others found no part of norketamine: not in drug high after a film under the tongue, and not in "
                "thinking, though it worked against pain relief."
            ),
            "simons-2022-part-2",
            "olofsen-2012",
        ),
        (
            (
                "How soon it ends is told differently: drug high lasted 2 to 6 h after 50 to 100 mg of S-ketamine as a "
                "film; dissociation was gone by 2 h after an infusion."
            ),
            "simons-2022-part-2",
            "abdallah-2022",
        ),
        (
            ("Cardiac output rises with S-ketamine; R-ketamine did nothing, S-norketamine lowered it."),
            "kamp-2021",
        ),
        (
            ("An earlier study of S-ketamine found no consistent part of S-norketamine in cardiac output."),
            "sigtermans-2009",
        ),
        (
            (
                "One paper models pressure and pulse against the level at 0.1 to 0.5 mg/kg in 21 people with "
                "depression. Its numbers were not read: the pressure bands of these pages are not its."
            ),
            "abuhelwa-2022",
        ),
    ),
    "downstream": (
        (
            (
                "During an infusion glutamate and GABA in the brain rose by over a third (37.8 and 38.0 %), "
                "highest near 26 min."
            ),
            "milak-2016",
        ),
        (
            ("Later looks found no change: at 2 h, at 193 min, and at 24 h."),
            "silberbauer-2020",
            "mrs-193-min",
            "mrs-24-h",
        ),
        (
            ("Higher ketamine went with improvement at day 11, higher hydroxynorketamine with less."),
            "farmer-2020",
        ),
        (
            (
                "In 53 people more (2R,6R)-hydroxynorketamine went with less improvement at 24 h; ketamine "
                "and norketamine with neither. What metabolites do for relief in animals has not been shown "
                "in people."
            ),
            "hnk-53",
        ),
    ),
    "relief": (
        (
            (
                "In 12 people with treatment-resistant generalised or social anxiety, relief began within an "
                "hour, was larger with larger doses, and was gone within seven days."
            ),
            "glue-2017",
        ),
        (
            ("In a blinded replication the level in blood went with dissociation."),
            "glue-2020",
        ),
        (
            (
                "The only fitted model of a slow response is of pain in complex regional pain syndrome: half- "
                "times of 10.9 days, 67 % responding to drug and 23 % without. It contradicts the quick "
                "relief seen in anxiety."
            ),
            "dahan-2011",
        ),
    ),
}
