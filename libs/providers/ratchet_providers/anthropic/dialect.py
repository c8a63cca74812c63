"""How the models behind Anthropic's API differ from each other."""

import re
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

EFFORTS: Final = ("low", "medium", "high", "xhigh", "max")
Thinks = Literal["never", "budget", "adaptive"]  # not at all, up to so many tokens, or as the model sees fit


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """What one model takes, and the API in front of it.

    `key_header`: where the key goes; `Authorization` takes it as a bearer's. `most_tokens`: the limit of the output
    where a request names none, since this API needs one. `continues`: it goes on with a last message that is its own.
    `samples`: it takes temperature, top_p and top_k; for one that does not they are left out. `structured`: it takes
    schemas for answers and strict tools; for one that does not a forced tool stands in. `forces`: it can be made to
    call a tool. `rests`: the type of thinking that stands for none; empty where it always thinks.
    """

    version: str = "2023-06-01"  # later ones take no temperature, for no model
    betas: tuple[str, ...] = ()
    key_header: str = "x-api-key"
    most_tokens: int = 4_096
    continues: bool = False
    samples: bool = True
    structured: bool = True
    forces: bool = True
    thinks: Thinks = "adaptive"
    rests: Literal["disabled", "between_tools", ""] = "disabled"
    efforts: tuple[str, ...] = EFFORTS


ANTHROPICS: Final = Dialect()
# claude-sonnet-4-5-20250929, claude-3-5-haiku-latest, anthropic.claude-opus-4-20250514-v1:0, claude-opus-4-1@20250805
NAME: Final = re.compile(r"claude-(?:([a-z]+)-)?(\d{1,2})(?!\d)(?:[-.](\d{1,2})(?!\d))?")


def dialect_of(model: str, **given: Any) -> Dialect:
    """By the model's name, as Anthropic's documentation told its models apart in November 2026; `given` goes before.

    A model of another's, behind an API that imitates Anthropic's, is taken to do what it is asked for.
    """
    found = NAME.search(model)
    known = _known(found[1] or "", (int(found[2]), int(found[3] or 0))) if found else ANTHROPICS
    return replace(known, **given)


def _known(family: str, version: tuple[int, int]) -> Dialect:
    if version >= (4, 7):
        return _new(family, version)
    if version >= (4, 6):
        return Dialect(efforts=("low", "medium", "high", "max"))
    thinks: Thinks = "budget" if version >= (3, 7) else "never"
    return Dialect(continues=True, structured=version >= (4, 5), thinks=thinks)


def _new(family: str, version: tuple[int, int]) -> Dialect:
    largest = family in ("fable", "mythos")
    forces = version < ((5, 1) if largest else (5, 5)) or family == "haiku"
    if largest or (family != "haiku" and version >= (5, 5)):
        return Dialect(samples=False, forces=forces, rests="between_tools" if family == "sonnet" else "")
    return Dialect(samples=False, forces=forces)
