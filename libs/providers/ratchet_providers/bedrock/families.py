"""What a family of models can do on Converse, where it matters to a request. As AWS's documents and its refusals say.

An ARN of an inference profile, of provisioned throughput or of an imported model does not tell its family: whoever
configures one may name a model of the same family.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final, Literal

Reasoning = Literal["", "budget", "adaptive", "effort", "nova"]  # how it is told how long to think
Forcing = Literal["", "any", "tool"]  # whether it can be made to call: some tool, or a certain one
EFFORTS: Final = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
Sampling = Literal["both", "one", "none"]  # of temperature and top_p
VERSION: Final = re.compile(r"claude-(?:[a-z]+-)?(\d{1,2})(?:-(\d{1,2}))?(?!\d)")
NEWEST: Final = (99, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """`efforts`: those that it knows. `schemas`: it can be held to a JSON Schema. `marks_errors`: it takes a status of
    a tool's result. `caches`: it takes cache points. `keeps_thoughts`: it wants its own reasoning back. `continues`: it
    goes on with a last turn that is its own. `top_k`: where that goes among its own fields.
    """

    reasoning: Reasoning = ""
    efforts: tuple[str, ...] = ()
    forcing: Forcing = ""
    schemas: bool = False
    sampling: Sampling = "both"
    marks_errors: bool = False
    caches: bool = False
    keeps_thoughts: bool = False
    continues: bool = False
    short_ids: bool = False  # of nine letters and digits, for calls of tools
    top_k: tuple[str, ...] = ()
    names_stop: bool = False  # in its own answer: the sequence that it stopped at


UNKNOWN: Final = Family(forcing="tool", caches=True, keeps_thoughts=True)
NOVA: Final = Family(forcing="tool", marks_errors=True, caches=True, top_k=("inferenceConfig", "topK"))
OPEN: Final = Family(schemas=True)
FAMILIES: Final[Mapping[str, Family]] = {  # the first that the model's id holds
    "amazon.nova-2": replace(NOVA, reasoning="nova", efforts=("low", "medium", "high")),
    "amazon.nova": NOVA,
    "openai.gpt-oss": Family(schemas=True, reasoning="effort", efforts=("low", "medium", "high")),
    "openai.": Family(schemas=True, sampling="none", reasoning="effort", efforts=EFFORTS[:-1]),
    "mistral.mistral-large-2": Family(forcing="any", short_ids=True),
    "mistral.mistral-small-2": Family(forcing="any", short_ids=True),
    "mistral.mistral-7b": Family(),
    "mistral.mixtral": Family(),
    "mistral.pixtral": Family(short_ids=True),
    "mistral.": OPEN,
    "qwen.": OPEN,
    "deepseek.r1": Family(),
    "deepseek.": OPEN,
    "google.gemma": OPEN,
    "minimax.": OPEN,
    "moonshot": OPEN,
    "nvidia.nemotron": OPEN,
    "meta.llama": Family(),
    "cohere.": Family(),
    "ai21.": Family(),
    "amazon.titan": Family(),
}


@lru_cache(maxsize=1024)  # each request asks
def family_of(model: str) -> Family:
    if "claude" in model:
        return claude(version(model))
    return next((family for part, family in FAMILIES.items() if part in model), UNKNOWN)


def version(model: str) -> tuple[int, int]:
    """Of a Claude: 3.5 is (3, 5). One without a number, such as a preview, is newer than those that have one."""
    found = VERSION.search(model)
    return (int(found[1]), int(found[2] or 0)) if found else NEWEST


def claude(its: tuple[int, int]) -> Family:
    thinks = Family() if its < (3, 7) else Family(reasoning="budget", efforts=EFFORTS[1:])
    if its >= (4, 6):
        thinks = Family(
            reasoning="adaptive", efforts=EFFORTS[2:] if its >= (4, 7) else ("low", "medium", "high", "max")
        )
    return replace(
        thinks,
        forcing="tool" if its < (5, 1) else "",  # later ones refuse to be forced
        schemas=(4, 5) <= its <= (4, 6),
        sampling="both" if its < (4, 1) else "one" if its < (4, 7) else "none",
        marks_errors=True,
        caches=True,
        keeps_thoughts=True,
        continues=its < (4, 6),
        top_k=("top_k",) if its < (4, 7) else (),
        names_stop=True,
    )
