"""A table of wrong files: one mutation each, refused on the right line with the right words.

Each row is what a tired person might really write. ``at`` is the text the message must point to.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from ataraxy.catalog.check import check_bytes
from ataraxy.catalog.load import parse_protocol
from ataraxy.core.errors import CatalogError

IV, SC = "iv-racemic-0.5", "sc-ascending"


@dataclass(frozen=True)
class Broken:
    """``old`` becomes ``new`` once, after ``after``; the problem stands on the line of ``at`` (after ``after``)."""

    name: str
    old: str
    new: str
    at: str
    says: str
    after: str = ""
    file: str = IV


def rule(id_: str) -> str:
    return f'"{id_}"'


BROKEN = (
    # --- shape -----------------------------------------------------------------------------------
    Broken(
        "unknown key",
        'jurisdiction  = "US"',
        'jurisdiction  = "US"\ncolour = "red"',
        "colour",
        "`colour` is not known here.",
    ),
    Broken(
        "a key misspelt",
        "fresh_within_min = 20",
        "fresh_witin_min = 20",
        "fresh_witin_min",
        "`fresh_witin_min` is not known here. Did you mean `fresh_within_min`?",
    ),
    Broken(
        "a dose cap without its unit",
        "cap_mg             = 60",
        "cap                = 60",
        "cap                = 60",
        "`cap` says no unit. Write `cap_mg`: the unit is part of the name.",
    ),
    Broken(
        "a duration without its unit",
        "duration_min       = 40",
        "duration           = 40",
        "duration           = 40",
        "`duration` says no unit. Write `duration_min`",
    ),
    Broken(
        "a limit without its unit",
        'value = 140, unit = "mmHg" }',
        "value = 140 }",
        '{ measure = "systolic", comparison = "above", value = 140',
        "`unit` is missing. Say in which unit the value is",
        after='"pressure-before"',
    ),
    Broken(
        "a line without a source",
        'source   = "feder-2021"\n',
        "",
        "[[indications]]",
        "`source` is missing. Every number names its source",
    ),
    Broken(
        "a status that is a hope",
        'status           = "label"',
        'status           = "proven"',
        '= "proven"',
        "`status` cannot be 'proven'. Choose one of: label, guidance, trial",
        after='"awake"',
    ),
    Broken(
        "a number in quotes", "value = 140", 'value = "140"', 'value = "140"', "`value` must be a number."
    ),
    Broken(
        "half a minute",
        "every_min = 10",
        "every_min = 10.5",
        "every_min = 10.5",
        "`every_min` must be a whole number.",
    ),
    Broken(
        "not a number",
        "cap_mg_per_kg      = 0.5",
        "cap_mg_per_kg      = nan",
        "cap_mg_per_kg      = nan",
        "`cap_mg_per_kg` is NaN, not a number.",
    ),
    Broken(
        "yes for a number",
        "at_least_years = 18",
        "at_least_years = true",
        "at_least_years = true",
        "`at_least_years` must be a whole number.",
    ),
    Broken("an empty text", '"Is not breastfeeding."', '" "', '= " "', "`text` is empty."),
    Broken(
        "a route nobody knows",
        'route              = "iv-infusion"',
        'route              = "iv-bolus"',
        "iv-bolus",
        "`route` cannot be 'iv-bolus'. Choose one of: iv-infusion, subcutaneous, intramuscular, nasal.",
    ),
    Broken(
        "a stop rule that is words alone",
        'when   = ["urinary-symptoms"]\nchecks = ["urinary-symptoms"]\n',
        "",
        "[[course_rules]]",
        "The rule 'stop-bladder' does not say what stops the course.",
        after='id     = "stop-worse"',
    ),
    Broken(
        "a stop rule that looks for something unheard of",
        '"pressure-danger"]',
        '"pressure-dangr"]',
        '"pressure-dangr"',
        "cannot be 'pressure-dangr'.",
    ),
    Broken(
        "a stop rule that names a check that is not there",
        'checks = ["suicide-screen"]',
        'checks = ["suicide-scren"]',
        "suicide-scren",
        "'suicide-scren' is not a line of [[arrival]].",
    ),
    Broken(
        "a key twice",
        'version       = "2026.5"',
        'version       = "2026.5"\nversion = "2026.6"',
        'version = "2026.6"',
        "This is not TOML: Cannot overwrite a value.",
    ),
    Broken(
        "a text that does not end",
        'title         = "Intravenous',
        "title         = Intravenous",
        "title         = Intravenous",
        "This is not TOML",
    ),
    Broken(
        "a hash written by hand",
        'jurisdiction  = "US"',
        'jurisdiction  = "US"\nsha256 = "00"',
        "sha256",
        "`sha256` is not written in the file.",
    ),
    # --- the care around the dose ----------------------------------------------------------------
    Broken(
        "the people signed away",
        'override = "never"',
        'override = "prescriber"',
        'override = "prescriber"',
        "'people' could be signed away.",
        after=rule("people-there"),
    ),
    Broken(
        "the second person signed away",
        'override = "never"',
        'override = "prescriber"',
        'override = "prescriber"',
        "'syringe' could be signed away.",
        after=rule("syringe-checked"),
    ),
    Broken(
        "sedation at the door signed away",
        'override         = "never"',
        'override         = "prescriber"',
        'override         = "prescriber"',
        "'limit' could be signed away.",
        after=rule("awake"),
    ),
    Broken(
        "acute suicidality signed away",
        'override = "never"',
        'override = "prescriber"',
        'override = "prescriber"',
        "'no-acute-suicidality' could be signed away.",
        after=rule("safe-tonight"),
    ),
    Broken(
        "an item that goes unasked before the one that leads past it",
        "skip_after  = 2",
        "skip_after  = 3",
        "skipped     = [3, 4, 5]",
        "Items [3, 4, 5] cannot go unasked after item 3 of 6.",
        after=rule("suicide-screen"),
    ),
    Broken(
        "items that go unasked after nothing",
        "skip_after  = 2\n",
        "",
        "skipped     = [3, 4, 5]",
        "`skip_after` and `skipped` say one thing together.",
        after=rule("safe-tonight"),
    ),
    Broken(
        "a filter longer than 15 seconds",
        'for_s  = 10\ntext   = "Look at the patient and the probe when saturation is below 94 % for 10 seconds."',
        'for_s  = 60\ntext   = "Look at the patient and the probe when saturation is below 94 % for 60 seconds."',
        "for_s  = 60",
        "A filter of 60 s delays a warning too long.",
    ),
    Broken(
        "a filter on a cuff",
        'text    = "Look and measure again when systolic is 160',
        'for_s   = 5\ntext    = "After 5 seconds, look and measure again when systolic is 160',
        "for_s   = 5",
        "Only a continuous value may be filtered",
    ),
    Broken(
        "an end of a warning that its words do not say",
        "clear = 175",
        "clear = 181",
        "clear = 181",
        "The words of 'stop-pressure' do not say 181.",
    ),
    Broken(
        "readings without their minutes",
        "readings = 3\nover_min = 15\n",
        "readings = 3\n",
        "[[arrival]]",
        "'pressure-before' says half of it.",
        after=rule("fasting"),
    ),
    # --- ids and sources -------------------------------------------------------------------------
    Broken(
        "the same id twice",
        '"thyroid-hormone"',
        '"thyroid"',
        'id              = "thyroid"',
        "The id 'thyroid' stands twice.",
    ),
    Broken(
        "an id with a space",
        '"oriented"',
        '"is oriented"',
        '"is oriented"',
        "The id 'is oriented' is not a name.",
    ),
    Broken(
        "a source that does not exist",
        '"yale-2024"',
        '"yale-2042"',
        '"yale-2042"',
        "The source 'yale-2042' does not exist.",
        after='id      = "blood-pressure"',
    ),
    Broken(
        "a recalled source called label",
        'status = "unverified"',
        'status = "guidance"',
        'source = "recovery-recalled"',
        "'stop-saturation' says 'guidance', but 'recovery-recalled' was not read",
        after=rule("stop-saturation"),
    ),
    Broken(
        "an own choice called a trial",
        'status = "proposed"',
        'status = "trial"',
        'source = "ataraxy-proposal"',
        "'stop-pressure' says 'trial', but 'ataraxy-proposal' was not read",
        after=rule("stop-pressure"),
    ),
    Broken(
        "a retracted study as support",
        'source   = "taylor-2018"',
        'source   = "mills-2025"',
        '"mills-2025"',
        "'mills-2025' was retracted",
        after=rule("sad-single-infusion"),
    ),
    Broken(
        "a cap from nowhere",
        'cap_source         = "ataraxy-proposal"\n',
        "",
        "[dose]",
        "The caps name no source.",
    ),
    # --- who -------------------------------------------------------------------------------------
    Broken(
        "children",
        'at_least_years = 18\ntext           = "Is at least 18',
        'at_least_years = 12\ntext           = "Is at least 12',
        "[[eligibility]]",
        "Nothing keeps people under 18 with 'ptsd' from being treated.",
    ),
    Broken(
        "a contraindication that can be signed away",
        'override   = "never"',
        'override   = "prescriber"',
        'override   = "prescriber"',
        "A signature would open a contraindication of the label: aneurysm",
        after=rule("label-contraindications"),
    ),
    Broken(
        "pregnancy that can be signed away",
        'override    = "never"',
        'override    = "prescriber"',
        'override    = "prescriber"',
        "No signature opens 'not-pregnant'.",
        after=rule("not-pregnant"),
    ),
    Broken(
        "consent that can be signed away",
        'override = "never"',
        'override = "prescriber"',
        'override = "prescriber"',
        "No signature opens 'consent'.",
        after='id       = "consent"',
    ),
    Broken(
        "psychosis that can be signed away",
        'override   = "never"',
        'override   = "prescriber"',
        'override   = "prescriber"',
        "'serious-illness' is an exclusion and could be signed away.",
        after=rule("serious-illness"),
    ),
    Broken(
        "a contraindication not asked",
        '["aneurysm", ',
        "[",
        "[[eligibility]]",
        "People with 'ptsd' are not asked about 'aneurysm' (contraindication).",
    ),
    Broken(
        "a contraindication asked of some only",
        'conditions = ["aneurysm"',
        'disorders = ["ptsd"]\nconditions = ["aneurysm"',
        "[[eligibility]]",
        "People with 'sad' are not asked about 'aneurysm'",
    ),
    Broken(
        "a condition nobody knows",
        '"sleep-apnoea"]',
        '"sleep-apnea"]',
        'conditions = ["sleep-apnea"]',
        "The condition 'sleep-apnea' does not exist.",
    ),
    Broken(
        "a medicine nobody knows",
        '["maoi", "psychostimulant"]',
        '["mao", "psychostimulant"]',
        '["mao", "psychostimulant"]',
        "The medicine group 'mao' does not exist.",
    ),
    Broken(
        "an age criterion without an age",
        "at_most_years = 64\n",
        "",
        "[[eligibility]]",
        "'age' needs at_least_years or at_most_years: without it everybody passes.",
        after='source         = "ataraxy-proposal"\nstatus         = "proposed"\n',
    ),
    Broken(
        "a threshold everybody passes",
        "at_least    = 33",
        "at_least    = 0",
        "at_least    = 0",
        "0 is no threshold on PCL-5: it runs from 0 to 80.",
    ),
    Broken(
        "a threshold nobody passes",
        "at_least    = 33",
        "at_least    = 330",
        "at_least    = 330",
        "330 is no threshold on PCL-5",
    ),
    Broken(
        "a score from last year",
        "within_days = 14",
        "within_days = 365",
        "within_days = 365",
        "A score 365 days old does not say how ill somebody is now.",
    ),
    Broken(
        "a severity scale that does not exist",
        '"pcl5"',
        '"pcl-c"',
        'scale       = "pcl-c"',
        "The scale 'pcl-c' does not exist.",
    ),
    Broken(
        "a category used as a score",
        'scale       = "pcl5"',
        'scale       = "c-ssrs"',
        'scale       = "c-ssrs"',
        "C-SSRS screener gives a category, never a score.",
    ),
    Broken(
        "two courses for one disorder",
        'disorder = "sad"',
        'disorder = "ptsd"',
        'disorder = "ptsd"',
        "'ptsd' has two indications",
        after=rule("sad-single-infusion"),
    ),
    Broken(
        "a parameter of another kind",
        "drug_trials          = 1",
        'drug_trials          = 1\nconditions = ["aneurysm"]',
        'conditions = ["aneurysm"]',
        "`conditions` means nothing for 'trials'.",
        after=rule("earlier-treatment"),
    ),
    Broken(
        "consent without the driving ban",
        'id      = "no-driving"',
        'id      = "travel"',
        "[[consent]]",
        "The consent says nothing about 'no-driving'.",
    ),
    # --- course ----------------------------------------------------------------------------------
    Broken(
        "six sessions three days apart in two weeks",
        "least_days_apart = 2",
        "least_days_apart = 3",
        "within_days      = 14",
        "6 sessions at least 3 days apart take 15 days; the course has 14.",
    ),
    Broken(
        "two sessions a day",
        "least_days_apart = 2",
        "least_days_apart = 0",
        "least_days_apart = 0",
        "Sessions 0 days apart are too close.",
    ),
    Broken(
        "spacing swapped",
        "least_days_apart = 2\nmost_days_apart  = 4",
        "least_days_apart = 4\nmost_days_apart  = 2",
        "most_days_apart  = 2",
        "4 days at least and 2 at most cannot both hold.",
    ),
    Broken(
        "a dose above the cap",
        "[0.5, 0.5, 0.5, 0.5, 0.5, 0.5]",
        "[0.5, 0.5, 5, 0.5, 0.5, 0.5]",
        "[0.5, 0.5, 5",
        "A dose of 5 mg/kg is above the cap of 0.5 mg/kg.",
    ),
    Broken(
        "a dose of nothing",
        "[0.5, 0.5, 0.5, 0.5, 0.5, 0.5]",
        "[0, 0.5, 0.5, 0.5, 0.5, 0.5]",
        "[0, 0.5",
        "A dose of 0 mg/kg is no dose.",
    ),
    Broken(
        "no session",
        "[0.5, 0.5, 0.5, 0.5, 0.5, 0.5]",
        "[]",
        "doses_mg_per_kg  = []",
        "The course has no session.",
    ),
    Broken(
        "a step too high",
        "[0.25, 0.5, 1]",
        "[0.25, 1, 1]",
        "[0.25, 1, 1]",
        "The dose rises from 0.25 to 1 mg/kg, more than 2 times, in one step.",
        file=SC,
    ),
    Broken(
        "a rise without a rule",
        'kind   = "step-up"',
        'kind   = "stop"',
        "doses_mg_per_kg  = [0.25, 0.5, 1]",
        "The dose rises, but nothing says when it may.",
        file=SC,
    ),
    # --- dose ------------------------------------------------------------------------------------
    Broken(
        "a slipped decimal point in the cap",
        "cap_mg_per_kg      = 0.5",
        "cap_mg_per_kg      = 5",
        "cap_mg_per_kg      = 5",
        "5 mg/kg is above the 1 mg/kg this route allows.",
    ),
    Broken(
        "a cap of 600 mg",
        "cap_mg             = 60",
        "cap_mg             = 600",
        "cap_mg             = 600",
        "A cap of 600 mg is never reached, not even at 200 kg.",
    ),
    Broken(
        "a cap of 6 mg",
        "cap_mg             = 60",
        "cap_mg             = 6",
        "cap_mg             = 6\n",
        "A cap of 6 mg cuts the dose of everyone above 40 kg.",
    ),
    Broken(
        "a vial that is not sold",
        "stock_mg_per_ml = 50",
        "stock_mg_per_ml = 5",
        "stock_mg_per_ml = 5\n",
        "Vials of 5 mg/mL are not sold. Look at the vial: 10, 50, 100 mg/mL are.",
    ),
    Broken(
        "esketamine under racemic limits",
        'form            = "racemic"',
        'form            = "S"',
        'form            = "S"',
        "Every limit here is for racemic ketamine",
    ),
    Broken(
        "a dilution stronger than the vial",
        "infusion_mg_per_ml = 1",
        "infusion_mg_per_ml = 100",
        "infusion_mg_per_ml = 100",
        "100 mg/mL cannot be made from 50 mg/mL.",
    ),
    Broken(
        "a push instead of an infusion",
        "duration_min       = 40",
        "duration_min       = 4",
        "duration_min       = 4\n",
        "0.5 mg/kg in 4 min is faster than 0.025 mg/kg a minute.",
    ),
    Broken(
        "an infusion without a duration",
        "duration_min       = 40\n",
        "",
        "[dose]",
        "An infusion needs `duration_min`.",
    ),
    Broken(
        "an injection that lasts",
        "cap_mg        = 120",
        "cap_mg        = 120\nduration_min = 40",
        "duration_min = 40",
        "An injection has no `duration_min`.",
        file=SC,
    ),
    Broken(
        "words that say another dose",
        "0.5 mg/kg of actual weight into a vein over 40 minutes; never more than 0.5 mg/kg",
        "0.4 mg/kg of actual weight into a vein over 40 minutes; never more than 0.4 mg/kg",
        "cap_mg_per_kg      = 0.5",
        "The words of 'infusion' do not say 0.5. Make `text` say it.",
    ),
    # --- before the dose -------------------------------------------------------------------------
    Broken(
        "pressure before the dose that never holds",
        "value = 140",
        "value = 240",
        "value = 240",
        "systolic above 240 acts too late. Use 150 or stricter.",
    ),
    Broken(
        "the comparison turned round",
        'comparison = "above", value = 140',
        'comparison = "below", value = 140',
        "[[arrival]]",
        "Nothing holds the dose when systolic is too high.",
        after="# --- before the dose",
    ),
    Broken(
        "saturation turned round",
        'comparison = "below", value = 92',
        'comparison = "above", value = 92',
        'comparison = "above", value = 92',
        "spo2 is dangerous when low, not when above.",
        after=rule("saturation-before"),
    ),
    Broken(
        "kilopascal",
        'value = 140, unit = "mmHg"',
        'value = 140, unit = "kPa"',
        'unit = "kPa"',
        "systolic is measured in 'mmHg', not in 'kPa'.",
    ),
    Broken(
        "saturation as a fraction",
        "value = 92",
        "value = 0.92",
        "value = 0.92",
        "spo2 is never 0.92: it runs from 40 to 100.",
        after=rule("saturation-before"),
    ),
    Broken(
        "the limit before the dose past the one that stops",
        'comparison = "above", value = 90, unit',
        'comparison = "above", value = 112, unit',
        "value = 112",
        "The limit before the dose (112) is past the one that stops or calls (110).",
        after=rule("pressure-before"),
    ),
    Broken(
        "identity that can be signed away",
        'override = "never"',
        'override = "prescriber"',
        'override = "prescriber"',
        "'identifiers' could be signed away.",
        after='id       = "identifiers"',
    ),
    Broken(
        "nobody weighed",
        'kind     = "weight"',
        'kind     = "confirm"',
        "[[arrival]]",
        "Nobody checks 'weight' before the dose.",
        after="# --- before the dose",
    ),
    # --- watching and acting ---------------------------------------------------------------------
    Broken(
        "an interval longer than the phase",
        "every_min = 10",
        "every_min = 60",
        "every_min = 60",
        "Every 60 min is longer than the dosing phase of 40 min: never due.",
    ),
    Broken(
        "pressure every half hour",
        "every_min = 10",
        "every_min = 30",
        "every_min = 30",
        "systolic is not measured for 30 min in the dosing phase. At most 15 min.",
    ),
    Broken(
        "every nought minutes",
        "every_min = 10",
        "every_min = 0",
        "every_min = 0",
        "Every 0 minutes is no interval.",
    ),
    Broken(
        "nobody measures saturation",
        'measures  = ["spo2", "pulse-oximeter"]',
        'measures  = ["pulse-oximeter"]',
        "[[monitoring]]",
        "Nobody measures spo2 in the dosing phase.",
        after="# --- what is watched",
    ),
    Broken(
        "a minute after everyone has gone",
        "at_min   = [45, 80, 120, 155]",
        "at_min   = [45, 80, 120, 180]",
        "180]",
        "Minute 180 comes after the observation phase, which may end at 160.",
    ),
    Broken(
        "minutes out of order",
        "at_min   = [45, 80, 120, 155]",
        "at_min   = [45, 120, 80, 155]",
        "[45, 120, 80, 155]",
        "The minutes must rise from 0.",
    ),
    Broken(
        "both every and at",
        "every_min = 10",
        "every_min = 10\nat_min = [5]",
        "[[monitoring]]",
        "'pressure-dosing' must say either `every_min` or `at_min`.",
        after="# --- what is watched",
    ),
    Broken(
        "a gap under the skin",
        "at_min   = [0, 15, 30, 45, 60, 90, 120]\n"
        'text     = "Blood pressure and pulse at 0, 15, 30, 45, 60, 90 and 120 minutes after the injection."\n'
        'source   = "actrn-12615000617561"\n'
        'status   = "trial"\n'
        "\n"
        "[[monitoring]]\n"
        'id        = "pressure-until-home"\n'
        'phase     = "observation"\n'
        'measures  = ["systolic", "diastolic", "pulse-cuff"]\n'
        "every_min = 30",
        "at_min   = [0, 15, 60, 90, 120]\n"
        'text     = "Blood pressure and pulse at 0, 15, 30, 45, 60, 90 and 120 minutes after the injection."\n'
        'source   = "actrn-12615000617561"\n'
        'status   = "trial"\n'
        "\n"
        "[[monitoring]]\n"
        'id        = "pressure-until-home"\n'
        'phase     = "observation"\n'
        'measures  = ["systolic", "diastolic", "pulse-cuff"]\n'
        "every_min = 45",
        "[0, 15, 60, 90, 120]",
        "systolic is not measured for 45 min in the observation phase. At most 30 min.",
        file=SC,
    ),
    Broken(
        "a stop rule that stops too late",
        'comparison = "at-least", value = 180',
        'comparison = "at-least", value = 220',
        "value = 220",
        "systolic at-least 220 acts too late. Use 180 or stricter.",
        after=rule("stop-pressure"),
    ),
    Broken(
        "a stop rule on every healthy pressure",
        'comparison = "at-least", value = 110',
        'comparison = "at-least", value = 80',
        "value = 90, unit",
        "The limit before the dose (90) is past the one that stops or calls (80).",
        after=rule("pressure-before"),
    ),
    Broken(
        "a missing stop rule",
        'action = "stop"',
        'action = "escalate"',
        "[[rules]]",
        "Missing stop rule: nothing stops the infusion when systolic is too high.",
        after="# --- when to act",
    ),
    Broken(
        "a rule on what nobody measures",
        'measure = "respiratory-rate"',
        'measure = "temperature"',
        'measure = "temperature"',
        "temperature is never 8",
        after=rule("stop-breathing"),
    ),
    Broken(
        "a rule that waits for nothing",
        '{ measure = "respiratory-rate", comparison = "below", value = 8, unit = "/min" }',
        '{ measure = "temperature", comparison = "below", value = 35, unit = "Cel" }',
        'measure = "temperature"',
        "'stop-breathing' waits for temperature, which nobody measures in dosing.",
        after=rule("stop-breathing"),
    ),
    Broken(
        "nobody called after an injection",
        'phases = ["dosing", "observation"]',
        'phases = ["dosing"]',
        "[[rules]]",
        "Nobody is called after the dose when systolic is too high.",
        file=SC,
        after="# --- when to act",
    ),
    # --- going home ------------------------------------------------------------------------------
    Broken(
        "home after an hour",
        "at_least_min = 160",
        "at_least_min = 60",
        "at_least_min = 60",
        "60 min from the start of the dose is too short. Observe at least 120 min.",
    ),
    Broken(
        "home before the last measurement",
        "at_least_min = 160",
        "at_least_min = 140",
        "at_min   = [45, 80, 120, 155]",
        "Minute 155 comes after the observation phase, which may end at 140.",
    ),
    Broken(
        "home at a pressure that stops",
        "value = 150, unit",
        "value = 185, unit",
        "value = 185",
        "systolic above 185 acts too late. Use 160 or stricter.",
        after=rule("pressure-settled"),
    ),
    Broken(
        "home half asleep",
        "value = 5, unit",
        "value = 3, unit",
        "value = 3, unit",
        "sedation below 3 acts too late. Use 5 or stricter.",
        after=rule("awake"),
    ),
    Broken(
        "home on old numbers",
        "fresh_within_min = 20",
        "fresh_within_min = 120",
        "fresh_within_min = 120",
        "A value 120 min old does not say how somebody is now.",
        after=rule("pressure-settled"),
    ),
    Broken(
        "home on numbers always stale",
        "fresh_within_min = 20",
        "fresh_within_min = 10",
        "fresh_within_min = 10",
        "systolic is measured up to 15 min apart: it is stale after 10 min.",
        after=rule("pressure-settled"),
    ),
    Broken(
        "home still dissociated",
        "margin           = 4",
        "margin           = 40",
        "margin           = 40",
        "A margin of 40 lets somebody go home who is not back.",
    ),
    Broken(
        "home without a look at dissociation",
        'kind             = "back-to-baseline"\noverride         = "prescriber"\nmeasure          = "dissociation"',
        'kind             = "back-to-baseline"\noverride         = "prescriber"\nmeasure          = "systolic"',
        "[[discharge]]",
        "Nobody looks whether dissociation is gone before discharge.",
    ),
    Broken(
        "nothing stops for deep sedation",
        'value = 2, unit = "score"',
        'value = 0, unit = "score"',
        "value = 0, unit",
        "sedation at-most 0 acts too late. Use 2 or stricter.",
        after=rule("stop-sedation"),
    ),
    Broken(
        "home alone",
        'override = "never"',
        'override = "prescriber"',
        'override = "prescriber"',
        "'escort' could be signed away.",
        after=rule("escort-here"),
    ),
    Broken(
        "observation signed away",
        'override     = "never"',
        'override     = "prescriber"',
        'override     = "prescriber"',
        "'minimum-observation' could be signed away.",
        after=rule("observed-long-enough"),
    ),
    # --- afterwards ------------------------------------------------------------------------------
    Broken(
        "GAD-7 after a day",
        'scales      = ["anxiety-now"]',
        'scales      = ["gad7"]',
        '["gad7"]',
        "GAD-7 asks about 336 hours; 24 hours after the dose it would mix the time before and after.",
        after=rule("after-24-hours"),
    ),
    Broken(
        "a check-in scale that does not exist",
        'scales      = ["anxiety-now"]',
        'scales      = ["anxiety"]',
        '["anxiety"]',
        "The scale 'anxiety' does not exist.",
        after=rule("after-24-hours"),
    ),
    Broken(
        "words that may not be shown",
        '"gad7", "phq9", "anxiety-now"',
        '"lsas", "phq9", "anxiety-now"',
        '["lsas"',
        "LSAS-SR cannot be asked by link: its words may not be shown.",
    ),
    Broken(
        "a clinician's scale by link",
        '"gad7", "phq9", "anxiety-now"',
        '"hama", "phq9", "anxiety-now"',
        '["hama"',
        "HAM-A cannot be asked by link: a clinician rates it.",
    ),
    Broken(
        "a calendar that ends before it begins",
        "until_days        = 84",
        "until_days        = 7",
        "until_days        = 7\n",
        "The check-in ends on day 7, before it begins.",
        after='id                = "weekly"',
    ),
    Broken(
        "a repeat without an end",
        "until_days        = 84\n",
        "",
        "[[check_ins]]",
        "`repeat_every_days` and `until_days` belong together.",
        after='status            = "proposed"\n',
    ),
)


def _mutated(broken: Broken, text: str) -> tuple[str, int]:
    """The broken text, and the line on which the problem should be reported."""
    start = text.index(broken.after) if broken.after else 0
    assert broken.old in text[start:], f"the mutation {broken.name!r} no longer fits the file"
    text = text[:start] + text[start:].replace(broken.old, broken.new, 1)
    # a missing thing is reported where its section begins, which may lie before the mutation
    position = text.index(broken.at, 0 if broken.at.startswith("[[") and not broken.after else start)
    return text, text.count("\n", 0, position) + 1


@pytest.mark.parametrize("broken", BROKEN, ids=[row.name for row in BROKEN])
def test_a_broken_file_is_refused_on_its_line_with_its_words(broken: Broken, texts: dict[str, str]) -> None:
    text, line = _mutated(broken, texts[broken.file])
    _, problems = check_bytes(text.encode(), "broken.toml")
    said = [(p.where.split(":")[1], f"{p.cause} {p.cure}") for p in problems]
    assert any(broken.says in words for _, words in said), said
    assert (str(line), True) in [(where, broken.says in words) for where, words in said], (line, said)
    with pytest.raises(CatalogError):
        parse_protocol(text, "broken.toml")


def test_the_shipped_files_are_not_broken(texts: dict[str, str]) -> None:
    for name, text in texts.items():
        assert check_bytes(text.encode(), f"{name}.toml")[1] == ()


def test_all_problems_of_a_file_are_told_not_only_the_first(texts: dict[str, str]) -> None:
    text = texts[IV].replace("value = 140", "value = 240").replace("at_least_min = 160", "at_least_min = 60")
    _, problems = check_bytes(text.encode(), "broken.toml")
    assert {p.cause for p in problems} >= {
        "systolic above 240 acts too late.",
        "60 min from the start of the dose is too short.",
    }
