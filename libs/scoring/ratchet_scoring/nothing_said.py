"""Does an answer say that there is none? In the words that prompts ask for, and in those that models make of them."""

import re
from typing import Final

_SAYS: Final = re.compile(
    r"not found(?: in (?:your|the) documents)?"
    r"|the (?:texts?|passages?|documents?) (?:does|do) not say"
    r"(?:,? (?:anything|what|who|whom|whose|when|where|which|why|how|whether|if)\b[^.!?;:\n\[]{0,300})?"
)
_OTHERWISE: Final = re.compile(r"\b(?:but|however|although|only|except)\b")


def says_nothing(output: str) -> bool:
    """One sentence and nothing else: `The text does not say.`, `The text does not say what the rent is.`"""
    said = " ".join(output.split()).strip(' *_"\u201c\u201d').rstrip(".").casefold()
    return bool(_SAYS.fullmatch(said)) and not _OTHERWISE.search(said)
