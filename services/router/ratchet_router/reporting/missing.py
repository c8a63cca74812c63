"""Companies that a report is asked about and computes nothing of: which, and why. Pure."""

from collections.abc import Collection, Iterator, Mapping
from typing import Final

from ratchet_documents.asked_about import taken_for
from ratchet_documents.asked_companies import Named
from ratchet_documents.graph.named import key_of
from ratchet_router.reporting.wanted import GivenStatement

NO_AMOUNTS: Final = (
    "Nothing is computed of {name}: its documents report no amounts of the time that is asked for, or none that "
    "figures could be computed from (amounts that may be read in two ways, as 1.204, are left out)."
)
NO_COMPANY: Final = "Nothing is computed of {title}: it does not say of which company it is."
TOO_MANY: Final = "Figures are computed of {most} companies at once: nothing is computed of {names}."
NO_DOCUMENT: Final = "Nothing is computed of {name}: no document of it is here."
MAYBE: Final = "If {name} is a company: no document of it is here, and nothing is computed of it."


def missing(
    meant: Mapping[str, str], named: Named, not_here: Collection[str], statements: Collection[GivenStatement]
) -> tuple[str, ...]:
    """Sentences. `meant`: by their keys the names of the companies that are asked about and have documents. `named`:
    what the question names. `not_here`: companies of the request of which there is no document.
    """
    return tuple(dict.fromkeys(_missing(meant, named, not_here, {key_of(one.company) for one in statements})))


def _missing(
    meant: Mapping[str, str], named: Named, not_here: Collection[str], computed: Collection[str]
) -> Iterator[str]:
    yield from taken_for(named, meant.values())
    yield from (NO_AMOUNTS.format(name=name) for key, name in meant.items() if key not in computed)
    yield from (NO_DOCUMENT.format(name=name) for name in (*not_here, *named.unknown))
    if meant:  # beside companies that are known, another is looked for
        yield from (MAYBE.format(name=name) for name in named.maybe)
