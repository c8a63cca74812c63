"""How far a figure may be from what it stands for, by the words around it: "about 2,000", "more than 3,000". Pure.

Only a figure that is round itself is given that room: "about 1,234" says no less than 1,234.
"""

import re
from typing import Final

from ratchet_router.checking.figures import Figure

LONGEST_BEFORE: Final = 30  # characters
SOME: Final = 0.05  # of the value: what "about" leaves open
SHORT_OF: Final = 0.1  # "nearly"
BEYOND: Final = 0.25  # "more than", "less than"

ABOUT: Final = (
    "about around approximately approx approx. roughly circa ca ca. c. some ~ \u2248 an_estimated in_the_region_of "
    "etwa rund ungefähr zirka gegen environ quelque autour_de unos unas alrededor_de aproximadamente cerca_de "
    "circa_il all'incirca aproximadamente por_volta_de ongeveer rond zo'n"
)
NEARLY: Final = (
    "nearly almost close_to just_under just_over just_below just_above slightly_under slightly_over knapp fast beinahe "
    "annähernd près_de presque casi quasi quase bijna"
)
MORE: Final = (
    "more_than over above at_least exceeding in_excess_of upwards_of > mehr_als über gut mindestens plus_de más_de "
    "più_di oltre mais_de meer_dan ruim"
)
LESS: Final = "less_than fewer_than under below up_to < weniger_als unter moins_de menos_de meno_di minder_dan"


def _before(words: str) -> re.Pattern[str]:
    listed = "|".join(re.escape(word).replace("_", r"\s") for word in words.split())
    return re.compile(rf"(?<!\w)(?:{listed})\s?(?:a\s|the\s)?(?:[$\u20ac\u00a3\u00a5\u20b9]|[A-Z]{{3}})?\s?\Z", re.I)


_ROOM: Final = (
    (_before(ABOUT), (SOME, SOME)),
    (_before(NEARLY), (SHORT_OF, SHORT_OF)),
    (_before(MORE), (0.0, BEYOND)),
    (_before(LESS), (BEYOND, 0.0)),
)
_AFTER: Final = ((re.compile(r"\s?\+|\s(?:or\smore|plus)\b"), (0.0, BEYOND)), (re.compile(r"\sor\sso\b"), (SOME, SOME)))


def room_around(figure: Figure, text: str) -> tuple[float, float]:
    """Below and above the value, as shares of it: (0, 0) where no word leaves any."""
    begin = max(0, figure.start - LONGEST_BEFORE)
    before = text[begin : figure.start]
    ways = [room for pattern, room in _ROOM if pattern.search(before)]
    ways += [room for pattern, room in _AFTER if pattern.match(text, figure.end)]
    if not ways:
        return 0.0, 0.0
    below, above = ways[0]
    roundness = _step(figure) / (figure.readings[0][0] or 1.0)
    return min(below, roundness), min(above, roundness)


def _step(figure: Figure) -> float:
    """Of the last digit that is no zero."""
    value, step = figure.readings[0]
    while value and step < value and round(value / step) % 10 == 0:
        step *= 10
    return step
