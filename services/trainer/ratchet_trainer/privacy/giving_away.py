"""Does an answer give away private data that whoever asked has not given himself? Pure."""

from collections.abc import Callable

from ratchet_trainer.privacy.scrubbing import PLACEHOLDER
from ratchet_trainer.privacy.spans import Span

Find = Callable[[str], list[Span]]


def gives_away(output: str, known: str, find: Find) -> bool:
    """`known`: the request and the reference. A placeholder counts as what it stands for: the answer was scrubbed."""
    if _placeholders(output) - _placeholders(known):
        return True
    found = (output[span.start : span.end] for span in find(output))
    return any(value.casefold() not in known.casefold() for value in found)


def _placeholders(text: str) -> set[str]:
    return {match[0] for match in PLACEHOLDER.finditer(text)}
