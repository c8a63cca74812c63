"""How what a person decides over a task's retraining looks in its tally, beside what was counted."""

from typing import Any, Final

from ratchet_common.mongo import Document
from ratchet_feedback.decisions import Decision, What
from ratchet_feedback.retraining import Dismissal, Hold, Kind, Tally

MOST_KEPT: Final = 50  # decisions of a task, the latest


def counted_in(document: Document, **counted: Any) -> Tally:
    """The tally that stands there; what was counted anew in place of it."""
    stands: dict[str, Any] = {
        "corrections": document.get("corrections", 0),
        "ratings": document.get("ratings", 0),
        "negative": document.get("negative", 0),
        "drifted": document.get("drifted", False),
        "drifted_at": document.get("drifted_at"),
        "trained_at": document.get("trained_at"),
        "triggers": document.get("triggers", 0),
        "triggered_at": document.get("triggered_at"),
        "hold": _hold(document.get("hold")),
        "dismissal": _dismissal(document.get("dismissal")),
        "decided": document.get("decided", 0),
        "counts": document.get("counts", 0),
    }
    return Tally(**stands | counted)


def decisions_in(document: Document) -> tuple[Decision, ...]:
    """The latest first."""
    return tuple(Decision(**one | {"what": What(one["what"])}) for one in reversed(document.get("decisions", ())))


def deciding(decision: Decision) -> Document:
    """Of an update: it counts, and is kept with those before it."""
    kept = {
        "what": decision.what.value,
        "at": decision.at,
        "who": decision.who,
        "why": decision.why,
        "until": decision.until,
    }
    return {"$inc": {"decided": 1}, "$push": {"decisions": {"$each": [kept], "$slice": -MOST_KEPT}}}


def hold_fields(hold: Hold | None) -> Document | None:
    return {"at": hold.at, "who": hold.who, "why": hold.why, "until": hold.until} if hold else None


def dismissal_fields(its: Dismissal | None) -> Document | None:
    if its is None:
        return None
    return {
        "at": its.at,
        "who": its.who,
        "why": its.why,
        "reasons": list(its.reasons),
        "kinds": sorted(kind.value for kind in its.kinds),
        "corrections": its.corrections,
        "ratings": its.ratings,
        "negative": its.negative,
        "drifted_at": its.drifted_at,
        "trained_at": its.trained_at,
    }


def _hold(document: Document | None) -> Hold | None:
    return Hold(**document) if document else None


def _dismissal(document: Document | None) -> Dismissal | None:
    if not document:
        return None
    kinds = frozenset(Kind(kind) for kind in document["kinds"])
    return Dismissal(**document | {"kinds": kinds, "reasons": tuple(document["reasons"])})
