"""Words of registries, read as ours: conditions, drugs, routes, instruments. What is not known here stays unknown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from ataraxy.core.evidence.study import Activity, Condition, GivenBy

CONDITIONS: Mapping[Condition, str] = {
    Condition.GAD: r"generali[sz]ed anxiety|\bgad\b",
    Condition.SAD: r"social anxiety|social phobia|\bsad\b",
    Condition.PTSD: r"post-?\s?traumatic stress|\bptsd\b",
    Condition.PANIC: r"panic",
    Condition.OCD: r"obsessive|\bocd\b",
    Condition.DEPRESSION: r"depress|\bmdd\b|\btrd\b",
    Condition.PAIN: r"\bpain\b",
}
NOT_A_CONDITION = r"seasonal affective"

DRUGS: Mapping[str, str] = {
    "esketamine": r"\besketamine\b|\bspravato\b|\bs-ketamine\b",
    "ketamine": r"(?<!s-)\bketamine\b|\bketalar\b",
    "midazolam": r"\bmidazolam\b|\bversed\b",
    "fentanyl": r"\bfentanyl\b",
    "remifentanil": r"\bremifentanil\b",
    "lorazepam": r"\blorazepam\b",
    "ketorolac": r"\bketorolac\b|\btoradol\b",
    "saline": r"\bsaline\b|\bsodium chloride\b|\bnacl\b",
    "placebo": r"\bplacebos?\b",
}
ACTIVITIES: Mapping[str, Activity] = {
    "saline": Activity.INERT,
    "midazolam": Activity.PSYCHOACTIVE,
    "fentanyl": Activity.PSYCHOACTIVE,
    "remifentanil": Activity.PSYCHOACTIVE,
    "lorazepam": Activity.PSYCHOACTIVE,
    "ketorolac": Activity.OTHER_ACTIVE,
}
UNDER_TEST = frozenset({"ketamine", "esketamine"})
INERT_WORDS = frozenset({"saline", "placebo"})
ACTIVE_PLACEBO = re.compile(r"active[- ]placebo[\s:,(–-]*")
PLACEBO_OF = re.compile(r"placebo (?:for|to|matching|of) (?:es)?ketamine|(?:es)?ketamine[- ]placebo")

ROUTES: Mapping[GivenBy, str] = {
    GivenBy.IV: r"intra-?venous(?:ly)?|\biv\b|\bi\.v\.|infusions?\b",
    GivenBy.SC: r"sub-?cutaneous(?:ly)?|\bsc\b|\bs\.c\.|\bsubq\b",
    GivenBy.IM: r"intra-?muscular(?:ly)?|\bim\b|\bi\.m\.",
    GivenBy.NASAL: r"intra-?nasal(?:ly)?|nasal spray|\bnasally\b",
    GivenBy.SUBLINGUAL: r"sub-?lingual(?:ly)?",
    GivenBy.ORAL: r"\boral(?:ly)?\b|\bby mouth\b|\btablets?\b|\bcapsules?\b",
}

INSTRUMENTS: Mapping[str, str] = {  # a key of the catalog's instruments where there is one
    "gad7": r"\bgad-?7\b|generali[sz]ed anxiety disorder[ -]7",
    "hama": r"\bham-?a\b|\bhars\b|hamilton anxiety",
    "lsas": r"\blsas\b|liebowitz",
    "pcl5": r"\bpcl-?5\b|ptsd checklist for dsm-?5",
    "caps5": r"\bcaps-?5\b",
    "caps": r"\bcaps\b(?!-?5)|clinician.administered ptsd",
    "ies-r": r"\bies-?r\b|impact of events? scale",
    "madrs": r"\bmadrs\b|montgomery",
    "phq9": r"\bphq-?9\b",
    "cadss": r"\bcadss\b|clinician.administered dissociative",
    "ybocs": r"\by-?bocs\b|yale-?brown",
    "fq": r"\bfear questionnaire\b|\bfq\b",
    "vas-anxiety": r"\bvas[- ]anxiety\b|visual analog(?:ue)? scale.{0,20}anxiety|anxiety.{0,20}visual analog",
    "bdi-ii": r"\bbdi(?:-ii)?\b|beck depression",
    "hdrs": r"\bhdrs\b|\bham-?d\b|hamilton (?:rating scale for )?depression",
    "qids": r"\bqids\b",
    "spin": r"\bspin\b|social phobia inventory",
    "stai": r"\bstai\b|state.trait anxiety",
}


def conditions_in(texts: Iterable[str]) -> tuple[Condition, ...]:
    """The conditions that are named, each once, in our own order. "Anxiety" alone names none of the disorders."""
    told = [re.sub(NOT_A_CONDITION, "", text.lower()) for text in texts]
    found = tuple(one for one, words in CONDITIONS.items() if any(re.search(words, text) for text in told))
    if not found and any("anxi" in text for text in told):
        return (Condition.ANXIETY,)
    return found


def drugs_in(text: str, others: Iterable[str] = ()) -> tuple[str, ...]:
    """The drugs a text names, each once, in its order; an active placebo counts as the drug it is.

    Args:
        others: names a study uses beside those known here, in small letters.
    """
    told = PLACEBO_OF.sub("placebo", ACTIVE_PLACEBO.sub("", text.lower()))
    words = {**{name: rf"(?<!\w){re.escape(name)}(?!\w)" for name in others}, **DRUGS}
    at = {name: match.start() for name, word in words.items() if (match := re.search(word, told))}
    named = sorted(at, key=lambda name: at[name])
    if "saline" in named and "placebo" in named:
        named.remove("placebo")
    return tuple(named)


def route_in(text: str) -> GivenBy | None:
    """How it was given, where exactly one way is named; "infusion" alone counts as intravenous."""
    found = [route for route, words in ROUTES.items() if re.search(words, text.lower())]
    return found[0] if len(found) == 1 else None


def names_a_route(text: str) -> bool:
    return any(re.search(words, text.lower()) for words in ROUTES.values())


def instrument_in(text: str) -> str | None:
    """The one instrument a text names; None where it names none or several."""
    found = [key for key, words in INSTRUMENTS.items() if re.search(words, text.lower())]
    return found[0] if len(found) == 1 else None
