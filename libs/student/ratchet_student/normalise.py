"""Texts come scrubbed when the student learns and raw when it serves: here both come to look the same.

What has a form (addresses, links, codes) becomes the same word on both sides. What has none (names, places) is dropped
where it was scrubbed: a word that stands there in training only would be worth nothing in service. Dates stay.
"""

import re

EMAIL, LINK, CODE = " xxemail ", " xxlink ", " xxcode "
NAME = "name"  # of what has no form: a person, a place, a time

_CODES = re.compile(
    "ABA|ACCOUNT|BANK|CARD|CODE|CREDIT|CRYPTO|IBAN|ID|INSURANCE|IP|ITIN|LICEN[CS]E|MAC|NHS|NIE|NIF|NINO|NUMBER|PASSPORT"
    "|PESEL|PHONE|PIN|ROUTING|SSN|TAX|VAT|WALLET"
)
_NAMES = re.compile("ADDRESS|AGE|CITY|COUNTRY|DATE|GPE|LOCATION|NAME|NRP|ORG|ORGANI[SZ]ATION|PERSON|TIME|TITLE|ZIP")
_LINKS = re.compile("DOMAIN|LINK|URI|URL")
_MAIL = re.compile("EMAIL")

_PLACEHOLDER = re.compile(
    r"(?:mailto: ?)?\[([A-Z]{2,20}(?:_[A-Z]{2,20}){0,3})(?:_\d{1,6})?\]|<([A-Z]{2,20}(?:_[A-Z]{2,20}){0,3})>"
)
_ADDRESS = re.compile(r"(?:mailto:)?(?<![\w.+%-])[\w.+%-]{1,64}@(?:[\w-]{1,63}\.){1,8}[\w-]{2,63}")
_URL = re.compile(
    r"(?:(?:https?|ftp)://|\bwww\.)[^\s<>\"]{1,2000}[^\s<>\".,;:!?)\]}']"
    r"|(?<![\w.@-])(?:[a-z0-9][a-z0-9-]{0,62}\.){1,6}(?:com|org|net|edu|gov|info|biz|io|ai|co|eu|uk|de|fr|es|it|nl|ch|us)"
    r"\b(?!\.\w)(?:/[^\s<>\"]{0,2000}[^\s<>\".,;:!?)\]}'])?",
    re.IGNORECASE,
)
_DIGITS = re.compile(
    r"(?<![\w./-])(?P<date>\d{4}[./-]\d{1,2}[./-]\d{1,2}|\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d\d))(?![\w/-])"
    r"|(?<![\w.])(?:\d{1,3}(?:\.\d{1,3}){3}|(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}"
    r"|[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?|\+?\(?\d(?:[ .()/-]{0,2}\d){6,18})(?!\w)"
)
_MIXED = re.compile(r"(?<![\w-])(?=[A-Za-z-]{0,12}\d)(?=(?:[A-Za-z-]{0,12}\d){4})[A-Za-z0-9-]{6,40}(?![\w-])")
_ANNOTATION = re.compile(
    r"\{[A-Za-z_]{1,30}\}|<[a-z_]{1,30}>|\[[A-Za-z][a-z]{1,30}\.?(?: \d{1,2}(?::\d\d){1,2})?\](?!\()"
)


def as_scrubbed(text: str) -> str:
    text = _PLACEHOLDER.sub(lambda found: _stand_in(found[1] or found[2], found[0]), text)
    text = _ADDRESS.sub(EMAIL, text)
    text = _URL.sub(LINK, text)
    text = _DIGITS.sub(lambda found: found["date"] or CODE, text)
    return _MIXED.sub(CODE, text)


def forms(text: str) -> list[tuple[int, int, str]]:
    """Where something stands that has a form, or stood before it was scrubbed: start, end, and which of EMAIL, LINK,
    CODE and NAME. Scrubbed data of other kinds is left out. In their order, none over another.
    """
    found = [(*one.span(), _form(one[1] or one[2])) for one in _PLACEHOLDER.finditer(text)]
    found += [(*one.span(), EMAIL) for one in _ADDRESS.finditer(text)]
    found += [(*one.span(), LINK) for one in _URL.finditer(text)]
    digits = list(_DIGITS.finditer(text))
    dates = {one.start() for one in digits if one["date"]}
    found += [(*one.span(), CODE) for one in (*digits, *_MIXED.finditer(text)) if one.start() not in dates]
    chosen, end = list[tuple[int, int, str]](), 0
    for one in sorted(found, key=lambda form: (form[0], -form[1])):
        if one[0] >= end and one[2]:
            chosen.append(one)
            end = one[1]
    return chosen


def without_annotations(text: str) -> str:
    """Drops what a transcriber noted, such as {pause}, [Laughter.], <noise>. Scrubbed data, in capitals, stays."""
    return _ANNOTATION.sub(" ", text)


def _stand_in(kind: str, as_it_was: str) -> str:
    return {"": as_it_was, NAME: " "}.get(form := _form(kind), form)


def _form(kind: str) -> str:
    """Of what was scrubbed; empty for a kind that is not known."""
    for kinds, word in ((_MAIL, EMAIL), (_LINKS, LINK), (_CODES, CODE), (_NAMES, NAME)):
        if any(kinds.fullmatch(part) for part in kind.split("_")):
            return word
    return ""
