"""What feedback means, as tables; with --json, what the API answered."""

import sys
import urllib.parse
from collections.abc import Mapping
from typing import Any, Final

from ratchet_cli.router_calls import Router, under
from ratchet_cli.showing import NONE, short, show
from ratchet_common.plurals import plural, so_many

FEEDBACK: Final = "/api/models/feedback"


def show_summary(gateway: Router, asked: Mapping[str, str], *, as_json: bool) -> None:
    found = gateway.get(_path("/summary", asked))
    rows = [_figures(found, "all of them")] + [_figures(group, group["name"] or "unknown") for group in found["groups"]]
    show(found, rows, f"Feedback of the last {found['days']} days", as_json=as_json)
    if not as_json:
        sys.stdout.write(_beside(found))


def show_issues(gateway: Router, asked: Mapping[str, str], *, as_json: bool) -> None:
    found = gateway.get(_path("/issues", asked))
    rows = [{name: one[name] for name in ("issue", "count", "direction", "sentence")} for one in found["items"]]
    show(found, rows, f"Issues of the last {found['days']} days", as_json=as_json)


def show_improvements(gateway: Router, asked: Mapping[str, str], *, as_json: bool) -> None:
    found = gateway.get(_path("/improvements", asked))
    rows = [
        {
            "task": one["task_type"],
            "what": one["issue"] or ("as a whole" if one["by"] == "task_type" else f"{one['by']} {one['value']}"),
            "answers": one["answers"],
            "their score": one["mean_score"],
            "gain if mended": _within(one["gain"]["mean"], one["gain"]["interval"]) if one["gain"] else NONE,
            "what helps": one["suggestion"],
            "look at": (one["evidence"] or [NONE])[0],
        }
        for one in found["items"]
    ]
    show(found, rows, "Worth mending, the most first", as_json=as_json)


def show_comments(gateway: Router, asked: Mapping[str, str], *, as_json: bool) -> None:
    found = gateway.get(_path("/comments", asked))
    rows = [
        {
            "words": ", ".join(one["words"]),
            "comments": one["count"],
            "negative": NONE if one["negative_share"] is None else f"{one['negative_share']:.0%}",
            "typical": one["typical"],
        }
        for one in found["items"]
    ]
    show(found, rows, f"What {found['comments']} comments speak of", as_json=as_json)
    if not as_json and found["apart"]:
        sys.stdout.write(f"{found['apart']} comments are like no others.\n")


def show_retraining(gateway: Router, asked: Mapping[str, str], *, as_json: bool) -> None:
    found = gateway.get(_path("/retraining-needed", asked))
    show(found, [_need(one) for one in found["items"]], "Training anew", as_json=as_json)


def decide(gateway: Router, task_type: str, what: str, body: Mapping[str, str], *, as_json: bool) -> None:
    need = gateway.post(under(f"{FEEDBACK}/retraining", task_type, f"/{what}"), {k: v for k, v in body.items() if v})
    show(need, [_need(need)], "Training anew", as_json=as_json)


def _path(rest: str, asked: Mapping[str, str]) -> str:
    return f"{FEEDBACK}{rest}?{urllib.parse.urlencode({name: value for name, value in asked.items() if value})}"


def _figures(its: Mapping[str, Any], name: str) -> dict[str, object]:
    return {
        "": name,
        "words": its["total"],
        "mean score": _within(its["mean_score"], its["mean_score_interval"]),
        "negative": _within(its["negative_share"], its["negative_share_interval"]),
        "corrections": its["corrections"],
    }


def _within(value: float | None, interval: Mapping[str, float] | None) -> str:
    if value is None or interval is None:
        return NONE
    return f"{value:.2f} ({interval['low']:.2f} to {interval['high']:.2f})"


def _beside(found: Mapping[str, Any]) -> str:
    sessions, rate = found["sessions"], found["rate"]
    words = f"{sessions['words']:g} {plural(sessions['words'], 'word')}"
    lines = [f"Whole sessions: {words}. Waiting for their answers: {found['pending']}."]
    if rate["feedback_per_answer"] is not None:
        per_answer = f"{rate['feedback_per_answer']:.1%} of {so_many(rate['answers'], 'answer')}"
        lines.append(f"Words in the last {rate['days']} days: {per_answer}.")
    if not found["complete"]:
        lines.append("It is not complete: there is more feedback than is read, or some is told as of (others).")
    return "\n".join(lines) + "\n"


def _need(one: Mapping[str, Any]) -> dict[str, object]:
    tally, limits, last = one["tally"], one["limits"], one["last_trigger"]
    return {
        "task": one["task_type"],
        "state": _state(one),
        "corrections": f"{tally['corrections']} of {limits['corrections']}",
        "negative": f"{tally['negative_share']:.0%} of {tally['ratings']}",
        "drift": "yes" if tally["drifted"] else "no",
        "trained": short(tally["trained_at"]),
        "reasons": "; ".join(one["reasons"]),
        "last trigger": f"{short(last['at'])}: {'; '.join(last['reasons'])}" if last else NONE,
    }


def _state(one: Mapping[str, Any]) -> str:
    held, dismissed = one["held"], one["dismissed"]
    if held:
        until = f" until {short(held['until'])}" if held["until"] else ""
        return f"held{until} by {held['who']}" + (f": {held['why']}" if held["why"] else "")
    if one["due"]:
        return "due"
    if one["reasons"]:
        return f"due, cools down until {short(one['cools_down_until'])}"
    if dismissed:
        return f"dismissed by {dismissed['who']}" + (f": {dismissed['why']}" if dismissed["why"] else "")
    return "not due"
