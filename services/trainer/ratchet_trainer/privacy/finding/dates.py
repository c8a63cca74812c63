"""Days and dates, and postcodes that stand alone."""

import re
from collections.abc import Iterator
from typing import Final

from ratchet_trainer.privacy.finding.reading import Reading
from ratchet_trainer.privacy.spans import Span

DATE_TIME, ZIP = "DATE_TIME", "ZIP"
SCORE: Final = 0.5

_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    r"|Nov(?:ember)?|Dec(?:ember)?)\.?"
)
_DAY = r"(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?"
_YEAR = r"(?:1[89]|20)\d\d"
_CLOCK = r"(?:[ T,]+(?:at[ ]+)?\d{1,2}:\d\d(?::\d\d)?(?:[ ]?[ap]\.?m\.?)?)?"
_DATES = tuple(
    re.compile(rule, re.IGNORECASE)
    for rule in (
        rf"(?<![\w./-]){_YEAR}[-/.]\d{{1,2}}[-/.]\d{{1,2}}(?![\w-]){_CLOCK}",
        rf"(?<![\w./-])\d{{1,2}}[-/.]\d{{1,2}}[-/.](?:{_YEAR}|\d\d)(?![\w/-]){_CLOCK}",
        rf"(?<![\w./-])(?:{_DAY})[ -](?:of )?{_MONTH}(?:,?[ -]{_YEAR})?\b",
        rf"\b{_MONTH}[ -]{_DAY}(?:,?[ -]{_YEAR})?\b",
        rf"\b{_MONTH},?[ ]{_YEAR}\b",
        rf"(?<=\b(?:in|of|by) )(?:the )?(?:year )?{_YEAR}\b(?![-./%]\d|[ ]?%)",
        rf"(?<=\bsince ){_YEAR}\b",
        r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b",
        r"(?<![\w:.])(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?(?:[ ]?[ap]\.?m\b\.?)?(?![\w:])",
        r"(?<![\w:.])(?:1[0-2]|0?[1-9])[ ]?[ap]\.?m\b\.?",
    )
)
_STATES = (  # of the USA, as the post knows them
    "AL|AK|AZ|AR|AE|AP|CA|CO|CT|DE|DC|FL|GA|GU|HI|IA|ID|IL|IN|KS|KY|LA|MA|MD|ME|MI|MN|MO|MS|MT|NC|ND|NE|NH|NJ|NM|NV|NY|OH|OK"
    "|OR|PA|PR|RI|SC|SD|TN|TX|UT|VA|VI|VT|WA|WI|WV|WY"
)
_CODES = tuple(
    re.compile(rule)
    for rule in (
        r"\b(?i:zip|zip code|postal code|post code|postcode|zipcode)(?:[ \t]+(?:is|of|code))?[ \t]*[:#]?[ \t]*"
        r"(?P<code>\d{3,5}(?:[- ]\d{2,4})?|[A-Z]{1,2}\d[\dA-Z]? ?\d[A-Z]{2})\b",
        rf"\b(?:{_STATES})[ \t]+(?P<code>\d{{5}}(?:-\d{{4}})?)\b",
        r"\b(?P<code>[A-Z]{1,2}\d[\dA-Z]? \d[ABD-HJLNP-UW-Z]{2})\b",  # British
    )
)


def find_dates(reading: Reading) -> Iterator[Span]:
    for rule in _DATES:
        for match in rule.finditer(reading.text):
            yield Span(match.start(), match.end(), DATE_TIME, SCORE)


def find_postcodes(reading: Reading) -> Iterator[Span]:
    for rule in _CODES:
        for match in rule.finditer(reading.text):
            yield Span(match.start("code"), match.end("code"), ZIP, SCORE)
