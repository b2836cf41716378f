"""A study as a frozen value: who, which arms, what was measured at which hour, and how well each number was seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class Seen(StrEnum):
    """How a number came here, the surest first. COMPUTED: from numbers read. INFERRED: a reading that fits what was read."""

    READ = "read"
    SECOND_HAND = "second-hand"  # in somebody's account of the source
    COMPUTED = "computed"
    INFERRED = "inferred"
    RECALLED = "recalled"  # remembered, not read: shown as unverified, never pooled


class Condition(StrEnum):
    """What a study's participants had."""

    GAD = "gad"
    SAD = "sad"
    PTSD = "ptsd"
    PANIC = "panic"
    OCD = "ocd"
    DEPRESSION = "depression"
    ANXIETY = "anxiety"  # across diagnoses
    PAIN = "pain"


class Design(StrEnum):
    PARALLEL = "parallel"
    CROSSOVER = "crossover"
    OPEN = "open"
    MAINTENANCE = "maintenance"
    SECONDARY = "secondary"  # a further analysis of people who stand in another study
    COHORT = "cohort"  # real-world, uncontrolled


class Carryover(StrEnum):
    """Whether the first period of a crossover reached into the second."""

    PRESENT = "present"
    EXCLUDED = "excluded"  # looked for, and not found
    NOT_SEEN = "not-seen"  # what was read does not say


class Finding(StrEnum):
    """What the study says of its own primary question."""

    POSITIVE = "positive"
    NEGATIVE = "negative"
    MIXED = "mixed"
    NOT_SEEN = "not-seen"


class ArmRole(StrEnum):
    EXPERIMENTAL = "experimental"
    CONTROL = "control"


class Activity(StrEnum):
    """How much a comparator feels like something: an inert one unblinds."""

    INERT = "inert"
    PSYCHOACTIVE = "psychoactive"
    OTHER_ACTIVE = "other-active"  # a drug that is felt little, or otherwise


class GivenBy(StrEnum):
    """Route of administration."""

    IV = "iv"
    SC = "sc"
    IM = "im"
    NASAL = "nasal"
    SUBLINGUAL = "sublingual"
    ORAL = "oral"


class OutcomeKind(StrEnum):
    CONTINUOUS = "continuous"
    EVENTS = "events"


class Form(StrEnum):
    """What a mean is of."""

    ENDPOINT = "endpoint"
    CHANGE = "change"


class Measure(StrEnum):
    """The scale of an effect. Ratios are analysed as logarithms and shown as ratios."""

    MD = "md"  # in points of the scale
    SMD = "smd"  # in standard deviations (Hedges' g)
    OR = "or"
    RR = "rr"
    RD = "rd"
    HR = "hr"

    @property
    def is_ratio(self) -> bool:
        return self in (Measure.OR, Measure.RR, Measure.HR)


class BiasDomain(StrEnum):
    """RoB 2's domains, the crossover's own, and functional unblinding, which no standard tool asks for."""

    RANDOMISATION = "randomisation"
    PERIOD = "period-and-carryover"
    DEVIATIONS = "deviations"
    MISSING = "missing-data"
    MEASUREMENT = "measurement"
    SELECTION = "selective-reporting"
    UNBLINDING = "functional-unblinding"


class Judgement(StrEnum):
    LOW = "low"
    SOME_CONCERNS = "some-concerns"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class Figure:
    """One number with its printed digits (they tell how it was rounded), and how it was seen."""

    value: Decimal
    seen: Seen
    note: str = ""


@dataclass(frozen=True, slots=True)
class Arm:
    """``dose`` in ``dose_unit`` (mg/kg, mg, mcg); ``doses`` is how many were given, ``over_min`` how long one took."""

    key: str
    label: str
    drug: str
    role: ArmRole
    activity: Activity | None = None  # of a control
    route: GivenBy | None = None
    dose: Figure | None = None
    dose_unit: str = ""
    over_min: Figure | None = None
    doses: Figure | None = None
    schedule: str = ""
    randomised: Figure | None = None
    completed: Figure | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """What one arm showed. ``sd`` and ``se`` are of the mean beside them; ``low`` and ``high`` its 95 % interval."""

    arm: str
    n: Figure | None = None
    mean: Figure | None = None
    sd: Figure | None = None
    se: Figure | None = None
    low: Figure | None = None
    high: Figure | None = None
    events: Figure | None = None
    baseline_mean: Figure | None = None
    baseline_sd: Figure | None = None


@dataclass(frozen=True, slots=True)
class Pairs:
    """People of a crossover by which of two treatments they responded to."""

    experimental: str  # arm
    control: str  # arm
    experimental_only: Figure
    control_only: Figure
    both: Figure | None = None
    neither: Figure | None = None


@dataclass(frozen=True, slots=True)
class Reported:
    """An estimate as printed: experimental beside control (arms), or as ``contrast`` says in words."""

    measure: Measure
    estimate: Figure | None = None
    experimental: str = ""
    control: str = ""
    contrast: str = ""
    unit: str = ""  # of a mean difference: points of which scale
    se: Figure | None = None
    low: Figure | None = None
    high: Figure | None = None
    level: Decimal = Decimal("0.95")
    z: Figure | None = None
    p: Figure | None = None
    note: str = ""
    cohens_d: bool = False  # of an SMD: printed without Hedges' correction for small samples


@dataclass(frozen=True, slots=True)
class Outcome:
    """One instrument at one time. ``hour`` counts from the dose (from the last one of a course)."""

    key: str
    instrument: str  # a key of catalog/instruments where there is one
    label: str
    kind: OutcomeKind
    hour: Figure | None = None
    primary: bool = False
    definition: str = ""  # what counts as an event
    form: Form = Form.ENDPOINT
    first_period: bool = False  # the numbers are of a crossover's first period only
    lower_is_better: bool = True
    lowest: Figure | None = None  # the scale's range, where items are whole numbers: bounds what an SD can be
    highest: Figure | None = None
    items_whole: bool = False  # scores are whole numbers, so a mean of n has n-ths (GRIM)
    pairing_r: Figure | None = None
    groups: tuple[Group, ...] = ()
    pairs: tuple[Pairs, ...] = ()
    reported: tuple[Reported, ...] = ()
    result: str = ""  # in our own words


@dataclass(frozen=True, slots=True)
class Harm:
    """How many of an arm had it. ``effect`` is a key of catalog/side_effects where there is one.

    ``share`` (in %) where only a percentage was printed.
    """

    effect: str
    label: str
    arm: str
    events: Figure | None = None
    at_risk: Figure | None = None
    share: Figure | None = None


@dataclass(frozen=True, slots=True)
class Bias:
    domain: BiasDomain
    judgement: Judgement
    seen: Seen
    reason: str


@dataclass(frozen=True, slots=True)
class Study:
    """One study. Studies that share people share a ``cohort_id``: at most one of them enters any pool."""

    id: str
    source: str  # a key of sources.toml
    title: str
    design: Design
    conditions: tuple[Condition, ...]  # empty where what was read does not say
    population: str
    cohort_id: str
    finding: Finding
    label: str = ""  # as it is called on pages; from the id where it is left out
    registrations: tuple[str, ...] = ()  # NCT, ACTRN, EudraCT, ISRCTN
    doi: str = ""
    pmid: str = ""
    year: int | None = None
    n: Figure | None = None
    randomised: bool = False
    blinded: bool = False
    washout_days: Figure | None = None
    carryover: Carryover | None = None  # of a crossover
    carryover_note: str = ""
    progress: str = ""  # where no result was seen: completed, terminated, pending
    retracted_on: date | None = None
    retraction: str = ""  # who took it back, and why
    unreviewed: bool = False  # came by an import, and no person has read it yet
    funding: str = ""
    attrition: str = ""
    safety: str = ""
    note: str = ""
    arms: tuple[Arm, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    harms: tuple[Harm, ...] = ()
    bias: tuple[Bias, ...] = ()

    def arm(self, key: str) -> Arm:
        """Raises: KeyError: the study has no such arm."""
        for arm in self.arms:
            if arm.key == key:
                return arm
        raise KeyError(key)


@dataclass(frozen=True, slots=True)
class PublishedPool:
    """A pooled estimate as a review printed it: kept beside ours, never mixed into one."""

    key: str
    condition: Condition
    contrast: str
    reported: Reported
    k: Figure | None = None
    n: Figure | None = None
    from_hour: Figure | None = None
    to_hour: Figure | None = None
    studies: tuple[str, ...] = ()  # ids, as far as the review was seen to name them
    instrument: str = ""  # of a mean difference: the scale, where it was seen
    lower_is_better: bool = True  # below no difference favours ketamine


@dataclass(frozen=True, slots=True)
class Review:
    """A published review: pools, or words alone."""

    id: str
    source: str
    title: str
    conditions: tuple[Condition, ...]
    narrative: bool
    summary: str
    doi: str = ""
    pmid: str = ""
    year: int | None = None
    studies: Figure | None = None
    participants: Figure | None = None
    effect_sizes: Figure | None = None  # how many were put together, several a study
    retracted_on: date | None = None
    retraction: str = ""
    note: str = ""
    pools: tuple[PublishedPool, ...] = ()
