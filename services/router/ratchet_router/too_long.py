"""A request that is too long for a model: how much so, and the name that clients know it by."""

from typing import Final, NamedTuple

CONTEXT_LENGTH_EXCEEDED: Final = "context_length_exceeded"  # OpenAI's own code


class TooLong(NamedTuple):
    """Tokens, estimated: of the prompt, those that its answer may take, and what a model can hold of both."""

    prompt: int
    answer: int
    window: int
