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
    """The id by name, and by id. Raises CannotStartError for a name that no searchable document has."""
    wanted = {name for one in suite for name in one.relevant}
    found: dict[str, str] = {}
    for document in _listed(gateway) if wanted else ():
        for name in (document["name"], document["id"]) if document["searchable"] else ():
            if name in wanted:
                found.setdefault(name, document["id"])
        if len(found) == len(wanted):
            break
    missing = [f"{one.id}: {name}" for one in suite for name in one.relevant if name not in found]
    if missing:
        more = f" and {len(missing) - SHOWN} more" if len(missing) > SHOWN else ""
        raise CannotStartError(
            f"The suite names documents that cannot be searched here ({'; '.join(missing[:SHOWN])}{more}): "
            "send them in by `ratchet documents add --wait`, or write their names as `ratchet documents list` does."
        )
    return found


def _listed(gateway: Router) -> Iterator[Mapping[str, Any]]:
    """Newest first: of two under a name, the newest counts."""
    cursor: str | None = ""
    while cursor is not None:
        asked = {"limit": A_PAGE} | ({"cursor": cursor} if cursor else {})
        page = gateway.get(f"{DOCUMENTS}?{urllib.parse.urlencode(asked)}")
        yield from page["items"]
        cursor = page["next"]
