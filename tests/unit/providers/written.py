"""What models have written as a call's arguments, and the object that it becomes for providers that take no other."""

from typing import Any, Final

DEEP: Final = '{"x": ' + "[" * 100_000 + "]" * 100_000 + "}"
WRITTEN: Final[list[tuple[str, Any]]] = [
    ("", {}),
    (" ", {}),
    ('{"a": [1]}', {"a": [1]}),
    ("[1]", {"arguments": "[1]"}),
    ("null", {"arguments": "null"}),
    ('{"a":', {"arguments": '{"a":'}),  # cut at the limit of the output
    ('{"n": NaN}', {"arguments": '{"n": NaN}'}),
    (DEEP, {"arguments": DEEP}),
]
