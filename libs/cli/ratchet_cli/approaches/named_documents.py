"""Which documents of the gateway the suite means by its names, before anything is asked."""

import urllib.parse
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from ratchet_cli.approaches.suite import Question
from ratchet_cli.router_calls import Router
from ratchet_common.errors import CannotStartError

DOCUMENTS: Final = "/api/documents"
A_PAGE: Final = 200
SHOWN: Final = 10


def ids_of(suite: Sequence[Question], gateway: Router) -> dict[str, str]:
    """The id by name, and by id. Raises CannotStartError for a name that no searchable document has, and for a page
    that its document does not have: no answer could cite it.
    """
    wanted = {name for one in suite for name in one.relevant}
    found: dict[str, str] = {}
    pages: dict[str, int] = {}
    for document in _listed(gateway) if wanted else ():
        for name in (document["name"], document["id"]) if document["searchable"] else ():
            if name in wanted:
                found.setdefault(name, document["id"])
                pages.setdefault(document["id"], document["searchable"]["pages"])
        if len(found) == len(wanted):
            break
    missing = [f"{one.id}: {name}" for one in suite for name in one.relevant if name not in found]
    if missing:
        raise CannotStartError(
            f"The suite names documents that cannot be searched here ({_first(missing)}): "
            "send them in by `ratchet documents add --wait`, or write their names as `ratchet documents list` does."
        )
    beyond = [
        f"{one.id}: page {place.page} of {place.document}, which has {pages[found[place.document]]}"
        for one in suite
        for place in one.pages
        if place.page > pages[found[place.document]]
    ]
    if beyond:
        raise CannotStartError(
            f"The suite names pages that there are not ({_first(beyond)}): pages count from 1, and what is not "
            "divided into pages is one (`ratchet documents show`)."
        )
    return found


def _first(faults: Sequence[str]) -> str:
    more = f" and {len(faults) - SHOWN} more" if len(faults) > SHOWN else ""
    return f"{'; '.join(faults[:SHOWN])}{more}"


def _listed(gateway: Router) -> Iterator[Mapping[str, Any]]:
    """Newest first: of two under a name, the newest counts."""
    cursor: str | None = ""
    while cursor is not None:
        asked = {"limit": A_PAGE} | ({"cursor": cursor} if cursor else {})
        page = gateway.get(f"{DOCUMENTS}?{urllib.parse.urlencode(asked)}")
        yield from page["items"]
        cursor = page["next"]
