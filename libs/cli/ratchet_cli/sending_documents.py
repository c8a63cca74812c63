"""`ratchet documents add`, `list`, `show`, `reindex`, `delete`: documents of a running gateway."""

import secrets
import sys
import urllib.parse
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from ratchet_cli.printable import shown_safely
from ratchet_cli.router_calls import Router, under
from ratchet_cli.showing import console, short, show
from ratchet_cli.watching import left_by_ctrl_c, watched
from ratchet_common.errors import CannotStartError
from ratchet_common.plurals import so_many

DOCUMENTS: Final = "/api/documents"
ENDED: Final = ("ready", "refused", "failed")
ESCAPED: Final = str.maketrans({'"': "%22", "\r": "%0D", "\n": "%0A"})  # as browsers do, and nothing else
PORTION: Final = 256 * 1024
UPLOAD_S: Final = 600.0


def add(gateway: Router, files: Sequence[Path], said: Mapping[str, str], *, wait: bool, as_json: bool) -> int:
    """0; 1 where one was waited for and cannot be searched. Raises CannotStartError."""
    for file in files:
        if not file.is_file():
            raise CannotStartError(f"There is no file {file}.")
    if len(files) > 1 and said.get("document_id"):
        raise CannotStartError("--document-id is for one file: send the others alone.")
    found: list[dict[str, Any]] = []
    with left_by_ctrl_c("What was sent", "ratchet documents list"), _bar() as shown:
        task = shown.add_task("", total=len(files) * (1 + wait))
        for file in files:
            shown.update(task, description=escape(shown_safely(f"sending {file.name}"[:60])))
            found.append(_sent(gateway, file, said))
            shown.advance(task)
        for place, one in enumerate(found if wait else ()):
            found[place] = one | _followed(gateway, one, shown, task)
            shown.advance(task)
    show(found, [_row(one) for one in found], "Documents", as_json=as_json)
    if not as_json:
        _say_why(found)
    return int(wait and any(one["state"] != "ready" for one in found))


def list_documents(gateway: Router, state: str, limit: int, *, as_json: bool) -> None:
    asked = {"limit": limit} | ({"state": state} if state else {})
    found = gateway.get(f"{DOCUMENTS}?{urllib.parse.urlencode(asked)}")["items"]
    show(found, [_row(one) for one in found], "Documents", as_json=as_json)
    if not as_json:
        _say_why(found)


def show_document(gateway: Router, id_: str, *, as_json: bool) -> None:
    found = gateway.get(under(DOCUMENTS, id_))
    show(found, [_row(found)], "Document", as_json=as_json)
    if as_json:
        return
    read = found["searchable"] or {"metadata": {}, "assumptions": []}
    rows = [
        {"": field.replace("_", " "), "value": one["value"], "read from": _place(one), "assumed": one["assumption"]}
        for field, one in read["metadata"].items()
    ]
    show(found, rows, "What it is about", as_json=False)
    for said in read["assumptions"]:
        console().print(shown_safely(f"Assumed: {said}"), highlight=False, soft_wrap=True)
    _say_why([found])


def reindex(gateway: Router, ids: Sequence[str], *, as_json: bool) -> None:
    found = [gateway.post(f"{under(DOCUMENTS, id_)}/reindex", {}) for id_ in ids]
    show(found, [_row(one) for one in found], "Documents", as_json=as_json)


def delete(gateway: Router, id_: str) -> None:
    gateway.delete(under(DOCUMENTS, id_))
    sys.stdout.write(f"The document {id_} is being deleted.\n")


def _sent(gateway: Router, file: Path, said: Mapping[str, str]) -> dict[str, Any]:
    """As a form, piece by piece. Raises CannotStartError."""
    boundary = secrets.token_hex(16)
    name = file.name.translate(ESCAPED)
    fields = [(f'name="{field}"', value) for field, value in said.items() if value]
    before = "".join(f"--{boundary}\r\nContent-Disposition: form-data; {of}\r\n\r\n{value}\r\n" for of, value in fields)
    before += f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    head, tail = before.encode(), f"\r\n--{boundary}--\r\n".encode()
    try:
        length = len(head) + file.stat().st_size + len(tail)
        body = _pieces(head, file, tail)
        sent: dict[str, Any] = gateway.stream(
            DOCUMENTS, body, length, f"multipart/form-data; boundary={boundary}", UPLOAD_S
        )
    except PermissionError:
        raise CannotStartError(f"The file {file} cannot be read: it may not be.") from None
    return sent


def _pieces(head: bytes, file: Path, tail: bytes) -> Iterator[bytes]:
    yield head
    with file.open("rb") as opened:
        while piece := opened.read(PORTION):
            yield piece
    yield tail


def _followed(gateway: Router, sent: Mapping[str, Any], shown: Progress, task: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    path = under(DOCUMENTS, sent["id"])
    for found in watched(gateway, path, lambda one: one["state"] in ENDED, answered_before=True):
        read = f", {so_many(found['progress']['pages'], 'page')}" if found["state"] == "parsing" else ""
        shown.update(task, description=escape(shown_safely(f"{found['name'][:50]}: {found['state']}{read}")))
    return found


def _row(one: Mapping[str, Any]) -> dict[str, object]:
    read = one["searchable"] or {"metadata": {}}
    about = {field: found["value"] for field, found in read["metadata"].items()}
    return {
        "document": one["id"],
        "name": one["name"],
        "revision": one["revision"],
        "state": one["state"],
        "pages": read.get("pages"),
        "chunks": read.get("chunks"),
        "company": about.get("company"),
        "period": about.get("period"),
        "type": about.get("document_type"),
        "received": short(one["received_at"]),
    }


def _say_why(found: Sequence[Mapping[str, Any]]) -> None:
    """Below the table: a sentence has no place in a column."""
    for one in found:
        said = [one["said"]] if one.get("outcome") == "same_document" else []
        said += [one["refusal"]["sentence"]] if one["refusal"] else []
        for sentence in said:
            console().print(shown_safely(f"{one['name']}: {sentence}"), highlight=False, soft_wrap=True)


def _place(said: Mapping[str, Any]) -> str:
    return (
        f"page {said['page']}"
        if said["page"]
        else {"given": "given", "name": "the name"}.get(said["place"], "the title")
    )


def _bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty())
