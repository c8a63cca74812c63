"""`ratchet documents order`: what feedback has taught of which passages come first, and whether it is used."""

from typing import Any, Final, Literal

from ratchet_cli.printable import shown_safely
from ratchet_cli.router_calls import Router
from ratchet_cli.showing import console, show

ORDER: Final = "/api/documents/order"
Change = Literal["", "on", "off", "forget"]


def order(gateway: Router, change: Change, *, as_json: bool) -> None:
    """Raises CannotStartError."""
    if change == "forget":
        gateway.delete(ORDER)
    elif change:
        gateway.put(ORDER, {"on": change == "on"})
    found = gateway.get(ORDER)
    show(found, [_row(one) for one in found["versions"]], "Learned orders of passages", as_json=as_json)
    if not as_json:
        for sentence in (_told(found), *(one["why"] for one in found["versions"][:1])):
            console().print(shown_safely(sentence), highlight=False, soft_wrap=True)


def _row(one: dict[str, Any]) -> dict[str, str]:
    heaviest = sorted(one["weights"].items(), key=lambda pair: -abs(pair[1]))[:3]
    return {
        "version": str(one["version"]),
        "better": "yes" if one["used"] else "no",
        "questions": str(one["questions"]),
        "searches": f"{one['searches']:.3f}",
        "learned": f"{one['learned']:.3f}",
        "difference": f"{one['low']:+.3f} to {one['high']:+.3f}",
        "by": "; ".join(f"{name} {weight:+.2f}" for name, weight in heaviest),
    }


def _told(found: dict[str, Any]) -> str:
    if not found["on"]:
        return "It is switched off: passages come as the searches have them."
    if found["used"]:
        return "Passages come in the order of the newest version."
    return f"Passages come as the searches have them. Answers that people spoke of since: {found['heard']}."
