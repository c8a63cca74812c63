"""How hard the model shall think, as its own kind is told it."""

from collections.abc import Sequence
from typing import Any, Final

from ratchet_providers.anthropic.dialect import EFFORTS, Dialect
from ratchet_providers.anthropic.refusing import refused
from ratchet_providers.anthropic.turns import Turn

BUDGETS: Final = {"minimal": 1_024, "low": 2_048, "medium": 8_192, "high": 16_384, "xhigh": 32_768, "max": 32_768}
LEAST: Final = 1_024  # tokens; the API takes no smaller budget


def thinking_of(
    effort: str | None, dialect: Dialect, turns: Sequence[Turn], *, most: int, told: bool
) -> dict[str, Any]:
    """Fields of the body. `most`: the output's limit; where the caller did not name it (`told`), thoughts come on top.

    A model with a budget of thoughts leaves half of a told limit to the answer. It must not think where that leaves no
    room, nor in the midst of calls of tools that it was not seen to think about: the API would refuse the request.
    """
    if effort is None or dialect.thinks == "never":
        return {}
    if effort not in BUDGETS and effort != "none":
        raise refused("reasoning_effort", f"it must be one of none, {', '.join(BUDGETS)}")
    if dialect.thinks == "budget":
        return {} if effort == "none" or _calling(turns) else _within(BUDGETS[effort], most, told=told)
    if effort == "none" and dialect.rests:
        return {"thinking": {"type": dialect.rests}}
    adaptive = {"type": "adaptive", "display": "summarized"}  # newer ones say nothing of their thoughts unasked
    return {"thinking": adaptive, "output_config": {"effort": _effort(effort, dialect)}}


def _within(budget: int, most: int, *, told: bool) -> dict[str, Any]:
    if not told:
        return {"thinking": {"type": "enabled", "budget_tokens": budget}, "max_tokens": most + budget}
    fits = min(budget, most // 2)
    return {"thinking": {"type": "enabled", "budget_tokens": fits}} if fits >= LEAST else {}


def _effort(given: str, dialect: Dialect) -> str:
    """The highest that the model knows and that is not above what was asked for."""
    wanted = EFFORTS.index(given) if given in EFFORTS else 0
    return next(one for one in reversed(EFFORTS[: wanted + 1]) if one in dialect.efforts or one == EFFORTS[0])


def _calling(turns: Sequence[Turn]) -> bool:
    """Whether results have come for calls of the assistant's that no thought stands before."""
    if turns[-1]["content"][0]["type"] != "tool_result":
        return False
    last = next((turn for turn in reversed(turns) if turn["role"] == "assistant"), None)
    kinds = {block["type"] for block in last["content"]} if last else set()
    return not kinds & {"thinking", "redacted_thinking"}
