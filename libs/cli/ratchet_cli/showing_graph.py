"""`ratchet documents graph`: who and what the documents of a running gateway speak of."""

import urllib.parse
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from ratchet_cli.printable import shown_safely
from ratchet_cli.router_calls import Router
from ratchet_cli.sending_documents import DOCUMENTS
from ratchet_cli.showing import console, show
from ratchet_common.errors import CannotStartError

GRAPH: Final = f"{DOCUMENTS}/graph"


def show_graph(gateway: Router, asked: Mapping[str, str], *, svg: Path | None, as_json: bool) -> None:
    """Raises CannotStartError."""
    said = {name: value for name, value in asked.items() if value}
    if svg is not None:
        _draw(gateway, said, svg)
        return
    found = gateway.get(f"{GRAPH}?{urllib.parse.urlencode(said)}")
    names = {one["id"]: one["name"] for one in found["entities"]}
    titles = {one["id"]: one["title"] for one in found["documents"]}
    show(found, [_row(one, names, titles) for one in found["relations"]], "Relations", as_json=as_json)
    if as_json:
        return
    related = {end for one in found["relations"] for end in one["ends"]}
    if alone := sorted(one["name"] for one in found["entities"] if one["id"] not in related):
        console().print(shown_safely(f"Named, and in no relation: {', '.join(alone)}."), soft_wrap=True)
    if found["next"]:
        found["notes"].append(f"There is more: --cursor {found['next']}")
    for note in found["notes"]:
        console().print(shown_safely(note), highlight=False, soft_wrap=True)


def _draw(gateway: Router, said: Mapping[str, str], svg: Path) -> None:
    picture = gateway.read(f"{GRAPH}?{urllib.parse.urlencode({**said, 'format': 'svg'})}")
    try:
        svg.write_bytes(picture)
    except OSError as error:
        raise CannotStartError(f"The file {svg} cannot be written: {error.strerror or error}.") from None
    console().print(shown_safely(f"The picture is in {svg}."), highlight=False, soft_wrap=True)


def _row(one: Mapping[str, Any], names: Mapping[str, str], titles: Mapping[str, str]) -> dict[str, object]:
    first, *others = (names.get(end, end) for end in one["ends"])
    where = one["where"]
    return {
        "who": first,
        "relation": one["type"].replace("_", " "),
        "what": ", ".join(others),
        "value": _value(one),
        "title or due": one["text"],
        "document": titles.get(where["document_id"], where["document_id"]),
        "page": _pages(where["page"], where["last_page"]),
    }


def _pages(first: int, last: int) -> str:
    return f"{first}" if first >= last else f"{first}-{last}"


def _value(one: Mapping[str, Any]) -> str:
    return "" if one["value"] is None else f"{one['value']:,.15g} {one['unit']}".strip()
