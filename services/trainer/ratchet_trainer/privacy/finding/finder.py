"""All that is private in a text: each finder in its turn, over what the ones before it have left.

The order is what tells overlaps apart: numbers and addresses first, so that no name is found within an e-mail address,
no town within a street's address, and no person within a company's name.
"""

from collections.abc import Callable, Iterable
from typing import Final

from ratchet_trainer.privacy.finding.addresses import find_addresses
from ratchet_trainer.privacy.finding.dates import find_dates, find_postcodes
from ratchet_trainer.privacy.finding.descriptions import find_ages, find_peoples, find_titles
from ratchet_trainer.privacy.finding.employers import find_employers
from ratchet_trainer.privacy.finding.model import find_by_model
from ratchet_trainer.privacy.finding.organisations import find_organisations
from ratchet_trainer.privacy.finding.persons import find_persons
from ratchet_trainer.privacy.finding.places import find_places
from ratchet_trainer.privacy.finding.reading import Reading
from ratchet_trainer.privacy.finding.sought import Sought
from ratchet_trainer.privacy.names import find_names
from ratchet_trainer.privacy.recognisers import find_private
from ratchet_trainer.privacy.spans import Span, apart

Finder = Callable[[Reading], Iterable[Span]]


# What finds kinds that nobody seeks may be left out, except where it keeps others from finding their own in it.
FINDERS: Final[tuple[tuple[str | None, Finder], ...]] = (
    (None, find_addresses),
    (None, find_organisations),
    (None, lambda reading: find_names(reading.text)),
    (None, find_persons),
    ("ORGANIZATION", find_employers),
    ("GPE", find_places),
    ("DATE_TIME", find_dates),
    ("ZIP", find_postcodes),
    ("AGE", find_ages),
    ("NRP", find_peoples),
    ("TITLE", find_titles),
)


def found_in(text: str, sought: Sought) -> list[Span]:
    """Without overlaps, in no order."""
    reading = Reading(text)
    reading.take(apart(find_private(text)))
    if sought.model:
        reading.take(find_by_model(text, sought.model))
    for kind, find in FINDERS:
        if kind is None or kind in sought.kinds:
            reading.take(list(find(reading)))
    return [span for span in reading.spans if span.kind in sought.kinds]
