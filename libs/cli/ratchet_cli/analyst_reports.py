"""`ratchet reports make`, `list`, `show`, `save`, `delete`: reports that a running gateway makes."""

import sys
import urllib.parse
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from ratchet_cli.printable import shown_safely
from ratchet_cli.router_calls import Router, under
from ratchet_cli.showing import console, short, show
from ratchet_cli.watching import left_by_ctrl_c, watched
from ratchet_common.errors import CannotStartError

REPORTS: Final = "/api/reports"
ENDED: Final = ("ready", "failed")
FORMS: Final = {".json": "json", ".md": "markdown", ".markdown": "markdown", ".html": "html", ".pdf": "pdf"}
LARGEST: Final = 12 * 1024 * 1024  # bytes of a file of prices


def make(gateway: Router, body: Mapping[str, Any], *, wait: bool, save_to: Path | None, as_json: bool) -> int:
    """0; 1 where it was waited for and failed. Raises CannotStartError."""
    if save_to is not None:
        form_of(save_to)
    taken: dict[str, Any] = gateway.post(REPORTS, body)
    if not (wait or save_to):
        show(taken, [_row(taken)], "Report", as_json=as_json)
        return 0
    with left_by_ctrl_c("The report", f"ratchet reports show {taken['id']}"), _bar() as shown:
        task = shown.add_task("", total=taken["step"]["of"])
        for found in watched(gateway, under(REPORTS, taken["id"]), _has_ended, answered_before=True):
            shown.update(task, completed=found["step"]["done"], description=found["state"])
            taken = found
    if save_to is not None and taken["state"] == "ready":
        save(gateway, taken["id"], save_to, said=not as_json)
    _tell(gateway, taken, as_json=as_json)
    return int(taken["state"] != "ready")


def list_reports(gateway: Router, state: str, limit: int, *, as_json: bool) -> None:
    asked = {"limit": limit} | ({"state": state} if state else {})
    found = gateway.get(f"{REPORTS}?{urllib.parse.urlencode(asked)}")["items"]
    show(found, [_row(one) for one in found], "Reports", as_json=as_json)


def show_report(gateway: Router, id_: str, *, as_json: bool) -> None:
    _tell(gateway, gateway.get(under(REPORTS, id_)), as_json=as_json)


def save(gateway: Router, id_: str, to: Path, *, said: bool = True) -> None:
    """In the form that the file's name ends with. Raises CannotStartError."""
    content = gateway.read(f"{under(REPORTS, id_)}?form={form_of(to)}")
    draft = to.with_name(f".{to.name}.part")
    try:
        draft.write_bytes(content)
        draft.replace(to)
    except OSError as error:
        raise CannotStartError(f"The file {to} cannot be written: {error.strerror or error}.") from None
    finally:
        draft.unlink(missing_ok=True)
    if said:
        sys.stdout.write(f"Wrote {shown_safely(str(to))}.\n")


def delete(gateway: Router, id_: str) -> None:
    gateway.delete(under(REPORTS, id_))
    sys.stdout.write(f"The report {id_} is being deleted.\n")


def form_of(file: Path) -> str:
    """Raises CannotStartError."""
    form = FORMS.get(file.suffix.casefold())
    if form is None:
        raise CannotStartError(f"A report is saved as {', '.join(FORMS)}, by the file's ending: {file.name} has none.")
    return form


def portfolio_of(prices: Path | None, weights: Mapping[str, float], benchmark: str) -> dict[str, Any] | None:
    """Raises CannotStartError."""
    if prices is None:
        if weights or benchmark:
            raise CannotStartError("--weights and --benchmark are of prices: name their file by --prices.")
        return None
    try:
        if prices.stat().st_size > LARGEST:
            raise CannotStartError(f"The file {prices} has more than {LARGEST:,} bytes: leave out some of it.")
        text = prices.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise CannotStartError(f"The file {prices} is not text in UTF-8: save its sheet as CSV (UTF-8).") from None
    except OSError as error:
        raise CannotStartError(f"The file {prices} cannot be read: {error.strerror}.") from None
    return {"prices_csv": text, "weights": dict(weights), "benchmark": benchmark, "source": prices.name}


def _tell(gateway: Router, found: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json or found["state"] not in ENDED:
        show(found, [_row(found)], "Report", as_json=as_json)
    elif found["state"] == "failed":
        console().print(shown_safely(f"It was not made: {found['refusal']['sentence']}"), highlight=False)
    else:
        text = gateway.read(f"{under(REPORTS, found['id'])}?form=markdown").decode()
        console().print(shown_safely(text), highlight=False, markup=False, soft_wrap=True)


def _has_ended(found: Any) -> bool:
    return found["state"] in ENDED


def _row(one: Mapping[str, Any]) -> dict[str, object]:
    made = one["made"] or {}
    return {
        "report": one["id"],
        "about": (one.get("title") or one.get("question") or "")[:60],
        "state": one["state"],
        "approach": made.get("approach"),
        "checks": None if not made else "passed" if made["passed"] else "failed",
        "figures": made.get("figures"),
        "sources": made.get("citations"),
        "cost": made.get("cost_usd"),
        "asked": short(one["created_at"]),
    }


def _bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty())
