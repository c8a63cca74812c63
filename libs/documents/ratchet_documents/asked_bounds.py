"""Whether a time, or a meeting, is what a question asks about, or bounds it: `since the last meeting`. Pure."""

import re
from typing import Final

_POINT: Final = (  # between the word and the time
    r"\s+(?:(?:the|our|its|their|der|dem|den|die|das|la|le|les|el|los)\s+)?"
    r"(?:(?:end|close|start|beginning|middle|ende|anfang|fin|début|final|inicio)\s+(?:(?:of|von|des|der|de|del|du)\s+)?"
    r"(?:(?:the|la|le|el)\s+)?)?(?:\d{1,2}(?:st|nd|rd|th|\.)?\s+)?\Z"
)
_SINCE: Final = re.compile(rf"\b(?:since|after|seit|nach|depuis|après|desde|después\s+de|from\s+after){_POINT}", re.I)
_BEFORE: Final = re.compile(
    rf"\b(?:before|until|till|up\s+to|prior\s+to|earlier\s+than|vor|bis(?:\s+zu[mr]?)?|avant|jusqu['’]à|antes\s+de|hasta){_POINT}",
    re.I,
)
_BESIDE: Final = re.compile(  # what something else is compared with
    r"\b(?:compared?\s+(?:to|with)|than|versus|vs\.?|against|gegenüber|als|par\s+rapport\s+à|que)"
    r"\s+(?:(?:in|the|that\s+of|dem|der|im|le|la|el)\s+){0,2}\Z",
    re.I,
)
_LAST_BUT: Final = re.compile(r"\b(?:to|but)[\s-]\Z", re.I)  # `the second-to-last`
_NEAR: Final = 60  # characters before it


def is_since(question: str, at: int) -> bool:
    """What stands there is that from which on something is asked."""
    return _SINCE.search(question, max(0, at - _NEAR), at) is not None


def is_before(question: str, at: int) -> bool:
    return _BEFORE.search(question, max(0, at - _NEAR), at) is not None


def asked_for(pattern: re.Pattern[str], question: str) -> re.Match[str] | None:
    """The first of the pattern that bounds nothing, and with which nothing is compared."""
    return next((one for one in pattern.finditer(question) if not _is_aside(question, one.start())), None)


def _is_aside(question: str, at: int) -> bool:
    near = max(0, at - _NEAR)
    return any(its.search(question, near, at) for its in (_SINCE, _BEFORE, _BESIDE, _LAST_BUT))
