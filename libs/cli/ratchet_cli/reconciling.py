"""`ratchet costs reconcile`: a provider's invoice beside what was recorded."""

import json
import sys
import urllib.parse
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from ratchet_cli.router_calls import Router
from ratchet_cli.showing import say_what_is_missing, show
from ratchet_common.errors import CannotStartError
from ratchet_common.plurals import so_many

PATH: Final = "/api/models/costs/reconciliations"
FIELDS: Final = ("date", "model", "input", "output", "cached", "amount", "currency")
AT_ONCE: Final = 5_000
PATIENCE_S: Final = 120.0
TOLERATED: Final = frozenset({"rounding"})


def reconcile(
    gateway: Router,
    file: Path,
    column: Sequence[str],
    alias: Sequence[str],
    date_format: str,
    *,
    apart: bool,
    everything: bool,
    as_json: bool,
) -> int:
    """1 where something differs by more than rounding, or a line could not be read. Raises CannotStartError."""
    body = _read(file)
    asked = [*map(_column, column), *(("alias", one) for one in alias), ("limit", str(AT_ONCE))]
    asked += [("date_format", date_format)] if date_format else []
    asked += [("input_excludes_cached", "true")] if apart else []
    asked += [("everything", "true")] if everything else []
    found = gateway.send(f"{PATH}?{urllib.parse.urlencode(asked)}", body, "text/csv", PATIENCE_S)
    after = found["next_after"]
    while after:
        more = urllib.parse.urlencode([*asked, ("after", str(after))])
        page = gateway.send(f"{PATH}?{more}", body, "text/csv", PATIENCE_S)
        found["items"] += page["items"]
        after = found["next_after"] = page["next_after"]
    if as_json:
        sys.stdout.write(json.dumps(found, indent=2) + "\n")
    else:
        _show(found)
    return int(bool(found["refused"] or found["by_cause"].keys() - TOLERATED))


def _show(found: Mapping[str, Any]) -> None:
    say_what_is_missing(found)
    rows = [_row(item, cause) for item in found["items"] for cause in item["causes"] or [None]]
    show(found, rows, "Where the invoice and the records differ", as_json=False)
    causes = [
        {"cause": kind.replace("_", " "), "days and models": its["items"], "USD": _plain(its["usd"])}
        for kind, its in found["by_cause"].items()
    ]
    show(found, causes, "By cause", as_json=False)
    for name, usd in found["not_theirs"].items():
        sys.stdout.write(f"No line is of {name}, which cost {_plain(usd)} USD in these days.\n")
    for fault in found["faults"]:
        sys.stdout.write(f"line {fault['line']}: {fault['reason']}\n")
    theirs, ours, more = (_plain(found[name]) for name in ("theirs_usd", "ours_usd", "difference_usd"))
    sys.stdout.write(
        f"{so_many(found['lines'], 'line')}, {found['refused']:,} of them refused. "
        f"They ask for {theirs} USD, recorded are {ours}: the difference is {more}.\n"
    )


def _row(item: Mapping[str, Any], cause: Mapping[str, Any] | None) -> dict[str, object]:
    return {
        "day": item["day"],
        "model": item["model"],
        "lines": ", ".join(map(str, item["lines"][:3])) + (", …" if item["line_count"] > 3 else ""),
        "theirs": _plain(item["theirs"]["usd"]),
        "ours": _plain(item["ours"]["usd"]),
        "more": _plain(cause["usd"] if cause else "0"),
        "cause": cause["kind"].replace("_", " ") if cause else "they agree",
        "why": cause["words"] if cause else "",
    }


def _plain(usd: str) -> str:
    return f"{Decimal(usd).normalize():,f}"


def _column(given: str) -> tuple[str, str]:
    """amount=Cost (USD). Raises CannotStartError."""
    field, is_, name = given.partition("=")
    if field.strip() not in FIELDS or not (is_ and name.strip()):
        raise CannotStartError(f"{given} names no column: write it as amount=Cost; there are {', '.join(FIELDS)}.")
    return f"{field.strip()}_column", name.strip()


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise CannotStartError(f"The file {file} cannot be read: {error.strerror}.") from None
