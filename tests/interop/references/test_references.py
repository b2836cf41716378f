"""References in and out, whatever a reference manager made of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ataraxy.core.errors import InputRefused
from ataraxy.interop.numerals import tidy
from ataraxy.interop.references import (
    Reference,
    References,
    read_bibtex,
    read_ris,
    render_bibtex,
    render_ris,
)
from ataraxy.interop.references.reference import KEY, OTHERS, Kind
from ataraxy.interop.taken import Weight

Read = Callable[[bytes], References]
READERS = pytest.mark.parametrize("read", [read_ris, read_bibtex])

words = st.text(max_size=40).map(tidy)
some_words = words.filter(bool)
names = some_words.filter(lambda name: name.lower() not in OTHERS)
references = st.builds(
    Reference,
    key=st.from_regex(KEY, fullmatch=True),
    title=some_words,
    kind=st.sampled_from(Kind),
    authors=st.lists(names, max_size=4).map(tuple),
    and_others=st.booleans(),
    year=st.none() | st.integers(1800, 2099),
    journal=words,
    volume=words,
    issue=words,
    pages=st.from_regex(r"([A-Za-z]?\d{1,5}(-\d{1,5})?)?", fullmatch=True).map(tidy),
    doi=st.sampled_from(
        ["", "10.1177/0269881119874457", "10.1002/(SICI)1097-0142<1:AID>3.0.CO;2-_", "10.1000/a~b--c%"]
    ),
    pmid=st.sampled_from(["", "24740528", "9"]),
    url=st.sampled_from(["", "https://example.org/~a_b?c=d%20e&f=#g--h", "https://example.org/$x^2"]),
)
lists = st.lists(references, min_size=1, max_size=4, unique_by=lambda one: one.key.lower()).map(tuple)


@given(told=lists)
def test_ris_reads_what_it_wrote(told: tuple[Reference, ...]) -> None:
    assert read_ris(render_ris(told)) == References(told)


@given(told=lists)
def test_bibtex_reads_what_it_wrote(told: tuple[Reference, ...]) -> None:
    assert read_bibtex(render_bibtex(told)) == References(told)


@READERS
@given(data=st.binary(max_size=300))
def test_any_bytes_are_references_or_refused(read: Read, data: bytes) -> None:
    try:
        assert read(data).entries
    except InputRefused as refused:
        assert refused.cause
        assert refused.cure


FRAGMENTS = [
    "TY  - JOUR\n", "TI  - a title\n", "ER  - \n", "AU  - Feder, A\n", "\r", "@article{", "key,", "title = {", "}", "{",
    '"', "\\", "\\'", "\\\"{", "@string{", "a = b #", "@comment(", "and", "year = 2020", ",", "\\v{s}", "@", "=",
]  # fmt: skip


@READERS
@given(parts=st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=5), max_size=40))
def test_any_fragments_are_references_or_refused(read: Read, parts: list[str]) -> None:
    try:
        assert read("".join(parts).encode("utf-8", "replace")).entries
    except InputRefused as refused:
        assert refused.cure


@READERS
@given(told=lists, cut=st.floats(0, 1))
def test_a_file_that_ends_early_gives_what_is_whole(
    read: Read, told: tuple[Reference, ...], cut: float
) -> None:
    data = (render_ris if read is read_ris else render_bibtex)(told)
    try:
        found = read(data[: int(cut * len(data))])
    except InputRefused:
        return
    assert len(found.entries) <= len(told)


RIS = """TY  - JOUR
AU  - Feder, Adriana
AU  - Costi, Sara
A1  - et al.
TI  - A Randomized Controlled Trial of Repeated Ketamine
  Administration for Chronic PTSD
T2  - American Journal of Psychiatry
JO  - Am J Psychiatry
PY  - 2021/02/01/
VL  - 178
IS  - 2
SP  - 193
EP  - 202
DO  - https://doi.org/10.1176/appi.ajp.2020.20050596
AB  - An abstract
that goes on.
DB  - PubMed
AN  - 33397139
ER  -
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_ris_is_read_in_any_encoding_and_line_ending(encoding: str, ending: str) -> None:
    text = RIS.replace("Costi, Sara", "Müller, Jürgen").replace("\n", ending)
    (one,) = read_ris(text.encode(encoding)).entries
    assert one.authors == ("Feder, Adriana", "Müller, Jürgen")
    assert one.and_others
    assert one.title == "A Randomized Controlled Trial of Repeated Ketamine Administration for Chronic PTSD"
    assert (one.journal, one.year, one.volume, one.issue) == ("Am J Psychiatry", 2021, "178", "2")
    assert (one.pages, one.doi, one.pmid) == ("193-202", "10.1176/appi.ajp.2020.20050596", "33397139")
    assert one.key == "feder-2021"
    assert "abstract" not in repr(one)


def test_an_accession_number_of_another_base_is_no_pubmed_number() -> None:
    (one,) = read_ris(RIS.replace("DB  - PubMed", "DB  - PsycINFO").encode()).entries
    assert one.pmid == ""


def test_what_ris_skips_is_told_by_its_line() -> None:
    text = (
        "lost line\nTY  - JOUR\nAU  - Nobody\nER  - \nTY  - JOUR\nTI  - One\nTY  - JOUR\nTI  - Two\nER  - \n"
    )
    found = read_ris(text.encode())
    assert [one.title for one in found.entries] == ["One", "Two"]
    assert [(note.where, note.weight) for note in found.notes] == [
        ("line 1", Weight.SKIPPED),
        ("line 2", Weight.SKIPPED),
        ("line 5", Weight.DOUBT),
    ]


BIB = r"""
% a comment
@string{ajp = "American Journal of Psychiatry"}
@comment{@article{not, title={No}}}
@Article{feder2021,
  author = {Feder, Adriana and {\'E}tienne Ga{\ss}ner and {Foo and Bar Group} and others},
  title  = "{A} Trial of {{Ketamine}} in {PTSD}: 10\% \& \"uber",
  journal = ajp # { (Focus)},
  year = 2021, month = feb,
  volume = {178}, number = "2", pages = {193--202},
  abstract = {Left out},
  doi = {https://doi.org/10.1176/appi.ajp.2020.20050596},
  note = {PMID: 33397139},
}
@book(knuth, title = {A Book}, author = {Donald~E. Knuth})
"""


def test_bibtex_is_read_with_its_braces_marks_and_abbreviations() -> None:
    found = read_bibtex(BIB.encode())
    article, book = found.entries
    assert article.key == "feder2021"
    assert article.authors == ("Feder, Adriana", "Étienne Gaßner", "Foo and Bar Group")
    assert article.and_others
    assert article.title == "A Trial of Ketamine in PTSD: 10% & über"
    assert article.journal == "American Journal of Psychiatry (Focus)"
    assert (article.year, article.volume, article.issue, article.pages) == (2021, "178", "2", "193-202")
    assert (article.doi, article.pmid) == ("10.1176/appi.ajp.2020.20050596", "33397139")
    assert (book.kind, book.title, book.authors) == (Kind.BOOK, "A Book", ("Donald E. Knuth",))
    assert found.notes == ()


@pytest.mark.parametrize(
    ("told", "letter"),
    [
        (r"{\"o}", "ö"), (r"\"{o}", "ö"), (r"\"o", "ö"), (r"\'{\i}", "í"), (r"\v{s}", "š"), (r"\c c", "ç"),
        (r"\~n", "ñ"), (r"{\o}", "ø"), (r"\aa{}", "å"), (r"\H{o}", "ő"), (r"{\ss}", "ß"), (r"\u{g}", "ğ"),
        (r"\.z", "ż"), (r"\l{}", "ł"), (r"\k{a}", "ą"), (r"\^{e}", "ê"), (r"\`a", "à"), (r"\=a", "ā"),
    ],
)  # fmt: skip
def test_the_usual_marks_are_letters(told: str, letter: str) -> None:
    (one,) = read_bibtex(f"@misc{{k, title = {{x{told}y}}}}".encode()).entries
    assert one.title == f"x{letter}y"


def test_a_broken_entry_costs_its_neighbours_nothing() -> None:
    text = "@article{a, title = {One}}\n@article{b, title = {Two}\n@article{c title}\n@article{d, title = {Three}}\n"
    found = read_bibtex(text.encode())
    assert [one.title for one in found.entries] == ["One", "Three"]
    assert [(note.where, note.weight) for note in found.notes] == [
        ("line 2", Weight.SKIPPED),
        ("line 3", Weight.SKIPPED),
    ]


@READERS
def test_a_file_without_a_reference_is_refused_with_an_example(read: Read) -> None:
    with pytest.raises(InputRefused, match="holds no reference") as refused:
        read(b"Dear Sir or Madam,")
    assert "title" in refused.value.cure


@READERS
def test_too_large_a_file_is_refused(read: Read) -> None:
    with pytest.raises(InputRefused, match="16 MB"):
        read(b" " * (16 * 2**20 + 1))


def test_a_thousand_broken_entries_are_refused_and_soon() -> None:
    with pytest.raises(InputRefused, match="More than 1000"):
        read_bibtex(b"@a{k, x = {" * 5_000)


def test_keys_are_given_where_there_are_none_and_never_twice() -> None:
    text = "TY  - JOUR\nAU  - Feder, A\nTI  - One\nPY  - 2021\nER  - \n" * 2
    assert [one.key for one in read_ris(text.encode()).entries] == ["feder-2021", "feder-2021-2"]
