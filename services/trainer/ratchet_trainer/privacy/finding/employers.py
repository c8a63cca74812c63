"""Companies and other bodies whose names say nothing: the words around them do, or their line in an address."""

import re
from collections.abc import Iterator
from typing import Final

from ratchet_trainer.privacy.finding.gazetteers import common_words, first_names, places
from ratchet_trainer.privacy.finding.organisations import JOINTS, ORGANIZATION, in_turn, run_length
from ratchet_trainer.privacy.finding.reading import Reading, Token
from ratchet_trainer.privacy.finding.words import COMPANY_LEADS, OPENERS
from ratchet_trainer.privacy.spans import Span

SAID: Final = 0.4
LONGEST_LINE: Final = 60  # characters

_BEFORE = re.compile(
    r"""\b(?:
    work(?:s|ed|ing)?[ ](?:for|at|with|on[ ]behalf[ ]of) | employ(?:ed|ee|ees)[ ](?:by|of|at) | employer
    | job[ ]at | joined | hired[ ]by | (?:account|contract|interview(?:ed)?|partnership|merger)[ ](?:with|at)
    | (?:purchased?|bought|order(?:ed)?)[ ](?:at|from) | sold[ ]to
    | (?:charged?|listed|published|reported|made|manufactured|operated|owned|run|acquired|sold)[ ]by
    | (?:CEO|CFO|CTO|founder|president|director|chairman|owner|employees?|shares?|stock|customers?|subsidiary|division
    |headquarters|behalf|address)[ ]of
    | invest(?:ed|s|ing)?[ ]in | shares[ ]in | recorded[ ]for | company | firm | retailer | merchant
    | sued | acquired | founded
    )[ \t]+$""",
    re.IGNORECASE | re.VERBOSE,
)
_AT = re.compile(r"\b(?:at|team at|people at|friends at)[ \t]+$")
_AFTER = re.compile(
    r"""(?:[ \t]+is[ ]an?\b | ,[ \t]+(?:an?|the|one[ ]of[ ]the)\b) [^.\n]{0,60}
    \b(?:company|corporation|bank|firm|provider|manufacturer|organi[sz]ation|charity|startup|retailer|brand|501\(c\))""",
    re.IGNORECASE | re.VERBOSE,
)
_ITS = re.compile(
    r"""['’]?s?[ \t]+(?:
    CEO | CFO | CTO | founders? | shares? | stock | headquarters | website | employees? | customers? | board | products?
    | services | quarterly | revenues? | announced | acquired | reported | launched | filed | hired | released
    | manufactures | employs | operates | recalled | account | subscription | membership | app | stores?
    )\b""",  # noqa: RUF001
    re.VERBOSE,
)
_LINE = re.compile(r"^[ \t>|?*]*+(?P<line>(?:[ \t]*+[^ \t\n]++)*+)", re.MULTILINE)


def find_employers(reading: Reading) -> Iterator[Span]:
    """Asked after persons, who are employed and joined too."""
    yield from in_turn(reading, _supposed_length, SAID)
    yield from _between_name_and_address(reading)


def _supposed_length(reading: Reading, first: int) -> int:
    if reading.tokens[first].number:
        return 0
    run = run_length(reading, first)
    length = _first_phrase(reading.tokens[first : first + run])
    return length if length and _is_said(reading, first, length) else 0


def _first_phrase(words: list[Token]) -> int:
    """Up to a comma, a stop or a lower-case word at the end."""
    end = next(
        (place for place, word in enumerate(words) if place and ("." in word.gap or "," in word.gap)), len(words)
    )
    while end > 1 and not words[end - 1].capital:
        end -= 1
    return end


def _is_said(reading: Reading, first: int, length: int) -> bool:
    words = reading.tokens[first : first + length]
    common = [word.folded in common_words() for word in words]
    if words[0].folded in OPENERS or all(common) or (length < 3 and words[0].folded in first_names()):
        return False
    last = first + length - 1
    before = reading.before(first)
    led = before is not None and before.folded in COMPANY_LEADS
    if (led and _BEFORE.search(reading.lead(first))) or _AFTER.match(reading.trail(last)):
        return True
    if any(common):
        return False
    place = any(word.folded in places() for word in words) or " ".join(word.folded for word in words) in places()
    return _ITS.match(reading.trail(last)) is not None or (
        led and not place and _AT.search(reading.lead(first)) is not None
    )


def _between_name_and_address(reading: Reading) -> Iterator[Span]:
    """As addresses are written on letters: a line of its own, below a person's and above a person's or a street's."""
    lines = [line for line in _LINE.finditer(reading.text) if line["line"]]
    persons = {(span.start, span.end) for span in reading.spans if span.kind == "PERSON"}
    starts = {span.start for span in reading.spans if span.kind in ("PERSON", "STREET_ADDRESS")}
    for above, line, below in zip(lines, lines[1:], lines[2:], strict=False):
        if above.span("line") in persons and below.start("line") in starts and _is_a_name(line["line"]):
            yield Span(line.start("line"), line.end("line"), ORGANIZATION, SAID)


def _is_a_name(line: str) -> bool:
    words = line.replace("&", " ").replace(".", " ").replace(",", " ").split()
    if len(line) > LONGEST_LINE or not words or not all(word[0].isupper() or word in JOINTS for word in words):
        return False
    return not all(word.casefold() in common_words() for word in words)
