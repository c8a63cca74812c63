"""Whether a text writes 1.204,5 or 1,204.5: by its figures, and where they leave it open by its small words. Pure."""

import re
from typing import Final

_COMMA: Final = re.compile(
    r"(?<![\d.,])(?:\d{1,3}(?:\.\d{3})+,\d|\d+,\d{1,2}(?![\d.,]*\d)|\d{1,3}(?:\.\d{3}){2,}(?!\d))"
)
_POINT: Final = re.compile(
    r"(?<![\d.,])(?:\d{1,3}(?:,\d{3})+\.\d|\d+\.\d{1,2}(?![\d.,]*\d)|\d{1,3}(?:,\d{3}){2,}(?!\d))"
)
_THERE: Final = re.compile(  # of languages that write a comma before decimals
    r"\b(?:der|die|das|dem|den|des|und|ist|sind|war|waren|wurden?|von|vom|mit|für|auf|bei|um|ein|eine[rsnm]?|im|zum|zur"
    r"|nicht|betrug|beträgt|lag|le|la|les|une?|est|sont|était|étaient|dans|pour|avec|sur|du|et|el|los|las|fue|del|una"
    r"|por|con|il|lo|gli|è|della|het|een|van|voor|mio|mrd|tsd|prozent|milliarden?|milliards?|millionen)\b",
    re.I,
)
_HERE: Final = re.compile(
    r"\b(?:the|of|and|was|were|is|are|to|in|by|from|with|for|its|it|at|on|an|this|that|which|has|had|million|billion"
    r"|percent)\b",
    re.I,
)
MOST: Final = 4_000  # characters that are looked at


def has_decimal_comma(text: str) -> bool:
    said = text[:MOST]
    comma, point = bool(_COMMA.search(said)), bool(_POINT.search(said))
    if comma != point:
        return comma
    there = {one.casefold() for one in _THERE.findall(said)}
    return len(there) > len({one.casefold() for one in _HERE.findall(said)})
