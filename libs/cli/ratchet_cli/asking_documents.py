"""`ratchet ask`: a question to the tenant's documents; the answer, what it is from, and why it was answered so."""

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Final

from ratchet_cli.printable import shown_safely
from ratchet_cli.router_calls import Router
from ratchet_cli.showing import console, table
from ratchet_common.plurals import so_many

PATIENCE_S: Final = 320.0  # a router's own deadline, and a little
QUOTED: Final = 200  # characters


def ask(router: Router, body: Mapping[str, Any], *, as_json: bool) -> int:
    """0; 1 where the documents do not answer. Raises CannotStartError."""
    answered = router.post("/api/generate", body, PATIENCE_S)
    if as_json:
        sys.stdout.write(json.dumps(answered, indent=2) + "\n")
    else:
        show(answered)
    return 1 if answered["retrieval"]["found"] is False else 0


def body_of(
    question: str, where: Mapping[str, Sequence[str]], *, task: str, approach: str, model: str
) -> dict[str, Any]:
    """`where`: by the names that a context has for it; what is empty is left out."""
    context = {name: list(names) for name, names in where.items() if names}
    return {"task_type": task, "question": question, "model": model, "context": context | {"approach": approach}}


def show(answered: Mapping[str, Any]) -> None:
    out, retrieval = console(), answered["retrieval"]
    out.print(shown_safely(answered["output"]))
    out.print()
    if answered["citations"]:
        out.print(table([_cited(one) for one in answered["citations"]], "From"))
    out.print(_how(answered))
    for reason in retrieval["reasons"]:
        out.print(f"- {shown_safely(reason)}")
    failed = [check for check in answered["quality"]["checks"] if not check["passed"]]
    for check in failed:
        out.print(f"The check {check['name']} failed: {shown_safely(check['detail'])}")


def _cited(one: Mapping[str, Any]) -> dict[str, object]:
    first, last = one["first_page"], one["last_page"]
    return {
        "passage": f"[{one['passage']}]",
        "document": one["title"],
        "pages": f"{first}" if first >= last else f"{first}-{last}",
        "words": _short(one["quote"]),
        "id": one["document_id"],
    }


def _short(quote: str) -> str:
    line = " ".join(quote.split())
    return line if len(line) <= QUOTED else f"{line[: QUOTED - 1]}…"


def _how(answered: Mapping[str, Any]) -> str:
    """In one sentence who answered, how sure, and from how much."""
    sure, retrieval = answered["confidence"], answered["retrieval"]
    confidence = "" if sure is None else f", {sure:.2f} sure"
    again = " (from the cache)" if answered["cached"] else ""
    passages, rounds = len(retrieval["passages"]), len(retrieval["rounds"])
    read = f"{so_many(passages, 'passage')} read in {so_many(rounds, 'look')}" if rounds else "no documents looked into"
    how = f", by {retrieval['searched']}" if retrieval["searched"] else ""
    return f"{answered['approach']} by {answered['model']}{confidence}{again}; {retrieval['decision']}: {read}{how}."
