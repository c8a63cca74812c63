"""How hard the model shall think, as its own kind is told it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from ratchet_providers.bedrock.families import EFFORTS, Family
from ratchet_providers.bedrock.refusing import refused
from ratchet_providers.bedrock.turns import Turn

BUDGETS: Final = {"minimal": 1_024, "low": 2_048, "medium": 8_192, "high": 16_384, "xhigh": 24_576, "max": 24_576}
LEAST: Final = 1_024  # tokens; Claude takes no smaller budget
ROOM: Final = 4_096  # for the answer, where the caller names no limit


@dataclass(frozen=True, slots=True)
class Thinking:
    """`fields` are the model's own. `limit` is the output's, thoughts included. `samples`: temperature may be told."""

    fields: dict[str, Any] = field(default_factory=dict)
    limit: int | None = None
    samples: bool = True


def thinking(effort: str | None, family: Family, turns: Sequence[Turn], limit: int | None, *, forced: bool) -> Thinking:
    """`limit` as the caller named it. `forced`: the model must call a tool, or go on with what it has said."""
    if effort is not None and effort not in EFFORTS:
        raise refused("reasoning_effort", f"it must be one of {', '.join(EFFORTS)}")
    known = _known(effort, family)
    if not known:
        return Thinking(limit=limit)
    if family.reasoning == "effort":
        return Thinking({"reasoning_effort": known}, limit)
    if family.reasoning == "nova":
        return _novas(known, limit)
    if forced or _calling(turns):
        return Thinking(limit=limit)  # Claude refuses to think then
    if family.reasoning == "adaptive":
        return Thinking({"thinking": {"type": "adaptive"}, "output_config": {"effort": known}}, limit, samples=False)
    return _within(BUDGETS[known], limit)


def _known(effort: str | None, family: Family) -> str:
    """The highest that the family knows and that is not above what was asked for, else its lowest; "" for none."""
    if effort is None or not family.efforts or (effort == "none" and effort not in family.efforts):
        return ""
    fitting = [one for one in family.efforts if EFFORTS.index(one) <= EFFORTS.index(effort)]
    return fitting[-1] if fitting else family.efforts[0]


def _novas(effort: str, limit: int | None) -> Thinking:
    """At its highest effort Nova takes no limit: the caller's goes before it."""
    effort = "medium" if effort == "high" and limit is not None else effort
    told = {"reasoningConfig": {"type": "enabled", "maxReasoningEffort": effort}}
    return Thinking(told, limit, samples=effort != "high")


def _within(budget: int, limit: int | None) -> Thinking:
    """The limit holds for thoughts and answer together: half of it stays for the answer."""
    fits = budget if limit is None else min(budget, limit // 2)
    if fits < LEAST:
        return Thinking(limit=limit)
    return Thinking({"thinking": {"type": "enabled", "budget_tokens": fits}}, limit or fits + ROOM, samples=False)


def _calling(turns: Sequence[Turn]) -> bool:
    """The model is in the midst of calls of tools that it was not seen to think about."""
    if "toolResult" not in turns[-1]["content"][0]:
        return False
    said = turns[-2]["content"] if len(turns) > 1 else []
    return not any("reasoningContent" in block for block in said)
