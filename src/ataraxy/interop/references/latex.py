"""The usual marks of LaTeX in a reference, as the letters they stand for; and back."""

from __future__ import annotations

import re
import unicodedata

COMBINING = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", '"': "\u0308", "=": "\u0304", ".": "\u0307",
    "u": "\u0306", "v": "\u030c", "H": "\u030b", "c": "\u0327", "k": "\u0328", "r": "\u030a", "d": "\u0323",
    "b": "\u0331",
}  # fmt: skip
LETTERS = {
    "ss": "ß", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "o": "ø", "O": "Ø", "aa": "å", "AA": "Å", "l": "ł",
    "L": "Ł", "i": "ı", "j": "ȷ", "dh": "ð", "DH": "Ð", "th": "þ", "TH": "Þ", "dj": "đ", "DJ": "Đ",
    "textendash": "–", "textemdash": "—", "textbackslash": "\\", "textasciitilde": "~", "textasciicircum": "^",
    "textquoteright": "’", "textquoteleft": "‘", "textbeta": "β", "alpha": "α", "beta": "β", "mu": "µ",
}  # fmt: skip
TOKEN = re.compile(
    r"\\(?P<mark>[`'^~\"=.])\s*(?P<on>\{\s*\\?[a-zA-Z]\s*\}|\\[ij](?![a-zA-Z])|[a-zA-Z])"
    r"|\\(?P<named>[uvHckrdb])(?:\s*\{\s*(?P<inside>\\?[a-zA-Z])\s*\}|\s+(?P<beside>[a-zA-Z]))"
    r"|\\(?P<letter>[a-zA-Z]+)(?:\s*\{\}|\s+|(?![a-zA-Z]))"
    r"|\\(?P<plain>[^a-zA-Z])"
    r"|(?P<dashes>---?)"
    r"|(?P<tie>~)"
    r"|(?P<brace>[{}$])",
    re.DOTALL,
)
ESCAPED = {
    "\\": "\\textbackslash{}",
    "~": "\\textasciitilde{}",
    "^": "\\textasciicircum{}",
    **{one: f"\\{one}" for one in "{}%&#$_"},
}


def unmarked(text: str) -> str:
    """A text without LaTeX: accents joined to their letters, braces and dollars gone, an unknown command left out."""
    return TOKEN.sub(_letter, text)


def _letter(token: re.Match[str]) -> str:
    if token["mark"] or token["named"]:
        on = (token["on"] or token["inside"] or token["beside"]).strip("{} \\\n\t")
        joined = on + COMBINING[token["mark"] or token["named"]]
        return unicodedata.normalize("NFC", joined)
    if token["letter"]:
        return LETTERS.get(token["letter"], "")
    if token["plain"]:
        return token["plain"]
    if token["dashes"]:
        return "–" if len(token["dashes"]) == 2 else "—"
    return " " if token["tie"] else ""


def marked(text: str) -> str:
    """A text that LaTeX sets as it stands."""
    return "".join(ESCAPED.get(one, one) for one in text).replace("--", "-{}-").replace("--", "-{}-")
