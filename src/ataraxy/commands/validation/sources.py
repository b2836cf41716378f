"""Where the published numbers of the report were read."""

from __future__ import annotations

from ataraxy.commands.validation.published import Source

SOURCES = (
    Source("Zarate 2006", "Zarate 2006, as told in table 1 of Zanos 2018 (PMC6020109): 0.5 mg/kg over 40 min."),
    Source(
        "cross-model table",
        "Computed once from the published parameters with a general ODE solver, apart from this engine: 35 mg over "
        "40 min, 70 kg.",
    ),
    Source("Perez-Ruixo 2021", "Clin Pharmacokinet 2021;60:501-516, DOI 10.1007/s40262-020-00953-4; abstract and table 4."),
    Source("Simons 2022", "Front Pain Res 2022;3:946486, DOI 10.3389/fpain.2022.946486; text and table 2."),
    Source("Kamp 2020", "Anesthesiology 2020;133:1192-1213, DOI 10.1097/ALN.0000000000003577; abstract, 18 studies."),
    Source("10 mg by vein", "Pharmacotherapy 2022;42:298-310, DOI 10.1002/phar.2669, table 6 (PMC9118341); means."),
    Source("Rolan 2014", "Wafer of 25 mg, 2014 (PMC4093926)."),
    Source("Hirlinger 1984", "Hirlinger and Dick 1984, PMID 6476334; abstract, medians."),
    Source("Henthorn 2018", "Anesthesiology 2018;129:260; abstract, mean and standard error as printed."),
    Source("tablets 2021", "Anesthesiology 2021;135:326; abstract of the intravenous arm, mean and SD."),
    Source("Yale cohort", "2342 infusions, 138 people, DOI 10.1016/j.genhosppsych.2024.07.001; SD 11.2 and 8.45."),
    Source("741 infusions", "741 infusions, 135 people; a news page."),
    Source("Emory cohort", "684 infusions, DOI 10.1016/j.jad.2018.02.025; abstract, rises at 30 min."),
    Source("Rodrigues 2022", "203 people with resistant depression; abstract."),
    Source("Szarmach 2020", "PMC7605942."),
    Source("Fang 2019", "Chin J Nerv Ment Dis 2019;45:361, DOI 10.3969/j.issn.1002-0152.2019.06.009; abstract, 13 people."),
    Source("Wan 2015", "97 people, 205 infusions; +19.6/+13.4 mmHg remembered."),
    Source("Glue 2018", "Maintenance study, 1 mg/kg of ketamine under the skin, 20 people: CADSS and pressure; abstract."),
    Source("Abdallah 2022", "Neuropsychopharmacology 2022;47:1574-81, DOI 10.1038/s41386-022-01266-9: gone by 2 h."),
    Source("Spravato label", "Prescribing information of nasal esketamine: 61 to 75 % by the CADSS."),
    Source("TRANSFORM", "Esketamine trials count a CADSS above 4 as dissociation; gone by 2 h is second-hand."),
    Source("Bowdle 1998", "Anesthesiology 1998;88:82, DOI 10.1097/00000542-199801000-00015; abstract, venous levels."),
    Source("Sigtermans 2009", "Anesthesiology 2009;111:892, DOI 10.1097/ALN.0b013e3181b437b1; abstract."),
    Source("Ebert 1997", "Eur J Pharmacol 1997;333:99, PMID 9311667: Ki in rat brain; one-site law by hand, 55 % free."),
)  # fmt: skip
