"""`ratchet route --explain`: which model a request would go to, and why; without asking it."""

import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from ratchet_catalogue.catalogue import Catalogue
from ratchet_catalogue.catalogue_file import read_catalogue
from ratchet_cli.models import IN_A_FILE
from ratchet_cli.router_calls import Router
from ratchet_common.auth import Caller
from ratchet_common.errors import CannotStartError, RefusedError
from ratchet_router.api.chat_body import read_chat
from ratchet_router.api.generate import GenerateBody, ask_of_body
from ratchet_router.api.views import routing, usd
from ratchet_router.ask import Ask
from ratchet_router.plan import Situation, plan

NOBODY = Caller("", "local", frozenset())
TERMS = ("quality", "cheapness", "speed", "score")


def explain(file: str, catalogue: Path, router: Router | None, *, as_json: bool) -> None:
    """Raises CannotStartError."""
    body = read_body(file)
    routed = router.post("/api/route", body) if router else offline(body, read_catalogue(catalogue))
    if as_json:
        sys.stdout.write(json.dumps(routed, indent=2) + "\n")
    else:
        show(routed)


def read_body(file: str) -> dict[str, Any]:
    """Of a file, or of what comes in where it is `-`. Raises CannotStartError."""
    where = "What came in" if file == "-" else f"The file {file}"
    try:
        body = json.loads(sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise CannotStartError(f"{where} cannot be read: {error.strerror}.") from None
    except json.JSONDecodeError as error:
        raise CannotStartError(f"{where} is no JSON, in line {error.lineno}, column {error.colno}.") from None
    except ValueError:
        raise CannotStartError(f"{where} is not UTF-8.") from None
    if not isinstance(body, dict) or not body.keys() & {"messages", "task_type"}:
        raise CannotStartError(f"{where} is no request: write the body of a chat completion or of /api/generate.")
    return body


def offline(body: Mapping[str, Any], known: Catalogue) -> dict[str, Any]:
    """By the catalogue alone: priors in place of measured quality, all models well, no version that takes a share.

    Raises CannotStartError where the request would be refused.
    """

    def quality(name: str) -> float:
        return known.models[name].expected_quality(ask.task_type)

    try:
        ask = _ask(body)
        decided = plan(ask, "explain", Situation(known, None, quality, frozenset(), datetime.now(UTC)))
    except RefusedError as error:
        raise CannotStartError(f"The request would be refused ({error.title}): {error.detail}") from None
    version, model, tier = decided.first
    return {
        "model": model,
        "version_id": version,
        "tier": tier,
        "estimated_cost_usd": usd(decided.expected_cost_usd),
        "routing": routing(decided.decision),
    }


def _ask(body: Mapping[str, Any]) -> Ask:
    if "task_type" not in body:
        return read_chat(json.dumps(body).encode(), NOBODY)
    try:
        return ask_of_body(GenerateBody.model_validate(body), NOBODY)
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        field = ".".join(map(str, first["loc"])) or "body"
        raise CannotStartError(f"The request is wrong at {field}: {first['msg']}.") from None


def show(routed: Mapping[str, Any]) -> None:
    decision, console = routed["routing"], Console(width=None if sys.stdout.isatty() else IN_A_FILE)
    title = f"Complexity {decision['complexity']:.2f}; terms are scaled to 0 to 1 over the candidates"
    shows = Table(title=title, box=SIMPLE, padding=(0, 1, 0, 0))
    for column in ("model", "tier", *TERMS, "left out, since"):
        shows.add_column(column, justify="right" if column in TERMS else "left", overflow="fold")
    for one in sorted(decision["candidates"], key=lambda one: (bool(one["left_out"]), -one["score"])):
        terms = ("" if one["left_out"] else f"{one[term]:.3f}" for term in TERMS)
        shows.add_row(one["model"], one["tier"], *terms, one["left_out"])
    console.print(shows)
    for reason in decision["reasons"]:
        console.print(f"- {reason}", markup=False)
    cost = routed["estimated_cost_usd"]
    console.print(f"{routed['model']} ({routed['tier']}) would answer, for about {cost:.6f} USD.", markup=False)
