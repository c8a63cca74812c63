"""Whatever JSON comes is read, or refused by the name of a field: nothing else happens."""

import json
from contextlib import suppress
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from ratchet_router.shapes.responses.body import ResponsesBody
from ratchet_router.shapes.responses.errors import InvalidResponsesError
from ratchet_router.shapes.responses.read import ResponsesRequest, continued, read_responses
from ratchet_router.shapes.responses.response import begun

ITEMS = ("message", "function_call", "function_call_output", "reasoning", "item_reference", "mcp_call")
PARTS = ("input_text", "output_text", "input_image", "input_file", "input_audio", "refusal")
VALUES = ("function", "allowed_tools", "json_schema", "user", "assistant", "system", "auto", "ratchet1.e30=", "x")
OF_ITEMS = ("type", "role", "content", "call_id", "name", "arguments", "output", "summary", "id", "encrypted_content")
OF_PARTS = ("text", "image_url", "file_id", "file_data", "file_url", "refusal", "input_audio", "data", "format")
OF_FIELDS = ("schema", "strict", "mode", "tools", "parameters", "description", "effort", "verbosity")
WORDS = st.sampled_from([*ITEMS, *PARTS, *VALUES])
KEYS = st.sampled_from([*OF_ITEMS, *OF_PARTS, *OF_FIELDS])
LEAVES = (
    WORDS | st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
)
ANYTHING: Any = st.recursive(LEAVES, lambda some: st.lists(some, max_size=4) | st.dictionaries(KEYS, some, max_size=6))
BODIES = st.dictionaries(st.sampled_from(ResponsesBody.__struct_fields__) | st.text(), ANYTHING, max_size=5)


def read_or_refused(body: bytes) -> ResponsesRequest | None:
    try:
        return read_responses(body)
    except InvalidResponsesError as refused:
        if not refused.param:
            raise
        return None


@settings(deadline=None, max_examples=300)
@given(given_fields=BODIES, items=st.lists(st.dictionaries(KEYS, ANYTHING, max_size=6), max_size=4))
def test_it_is_read_or_refused(given_fields: dict[str, Any], items: list[dict[str, Any]]) -> None:
    for more in ({}, {"input": items}, {"input": [{"role": "user", "content": items}]}, {"tools": items}):
        sent = {"model": "auto", "input": "x"} | given_fields | more
        request = read_or_refused(json.dumps(sent).encode())
        if request is None:
            continue
        json.loads(bytes(request.messages))
        json.loads(msgspec.json.encode(begun(request.body, response_id="resp_1", created_at=1)))
        with suppress(InvalidResponsesError):
            continued(request, items)
