"""Names of what an answer consists of, made from its result id, so that they can be told from a provider's."""

import re
from typing import Any, Final, Literal
from uuid import UUID

Prefix = Literal["rs", "msg", "fc", "ctc", "call"]
OURS: Final = re.compile(r"(?:rs|msg|fc|ctc)_[0-9a-f]{12}7[0-9a-f]{23}")  # the 7 is the UUID's version
HEX_OF_RESULT: Final = 32


def response_id(result_id: UUID) -> str:
    return f"resp_{result_id.hex}"


def item_id(prefix: Prefix, of_response: str, number: int) -> str:
    """`number`: its place in the output."""
    return f"{prefix}_{of_response.removeprefix('resp_')}{number:04x}"


def response_of(name: str) -> str:
    """The response that an item of ours came out of."""
    return f"resp_{name.partition('_')[2][:HEX_OF_RESULT]}"


def is_ours(name: Any) -> bool:
    return isinstance(name, str) and OURS.fullmatch(name) is not None
