"""Blocks as Anthropic's protocol has them: one open at a time, and nothing added to one that has ended."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ratchet_providers.chat_shape import ToolCallDelta
from ratchet_router.shapes.messages.open_blocks import OpenBlocks
from tests.unit.router.messages_heard import call

ARGUMENTS = ('{"day":"Monday"}', "{}", "", '{"note":"{\\"a\\": 1}"}')


def events_of(sent: bytes) -> list[dict[str, Any]]:
    return [json.loads(line[6:]) for line in sent.split(b"\n") if line.startswith(b"data: ")]


def blocks_of(events: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Of each block the id, and what was added to it."""
    found: list[tuple[str, str]] = []
    is_open = False
    for event in events:
        if event["type"] == "content_block_start":
            assert (is_open, event["index"]) == (False, len(found))
            is_open, found = True, [*found, (event["content_block"].get("id", "text"), "")]
            continue
        assert (is_open, event["index"]) == (True, len(found) - 1)
        is_open = event["type"] != "content_block_stop"
        if is_open:
            id_, said = found[-1]
            found[-1] = id_, said + (event["delta"].get("partial_json") or event["delta"].get("text") or "")
    assert not is_open
    return found


@st.composite
def interleaved(draw: st.DrawFn) -> list[ToolCallDelta]:
    """The bits of up to four calls, those of each in their order."""
    left = []
    for number in range(draw(st.integers(1, 4))):
        said = draw(st.sampled_from(ARGUMENTS))
        cut = draw(st.integers(0, len(said)))
        left.append([call(number, "", f"c{number}", "f"), call(number, said[:cut]), call(number, said[cut:])])
    mixed = []
    while any(left):
        mixed.append(draw(st.sampled_from([bits for bits in left if bits])).pop(0))
    return mixed


@given(interleaved())
def test_calls_that_are_made_side_by_side_come_one_after_another(bits: list[ToolCallDelta]) -> None:
    blocks = OpenBlocks()
    said: dict[str, str] = {}
    for bit in bits:
        arguments = bit.function.arguments if bit.function else ""
        said[f"c{bit.index}"] = said.get(f"c{bit.index}", "") + (arguments or "")
    sent = b"".join([blocks.calls(bit) for bit in bits]) + blocks.close()
    assert dict(blocks_of(events_of(sent))) == said


def test_a_call_that_is_whole_holds_up_no_other() -> None:
    blocks = OpenBlocks()
    first = blocks.calls(call(0, '{"x":1}', "a", "f"))
    second = blocks.calls(call(1, '{"y":', "b", "g"))
    seen = [event["type"].removeprefix("content_block_") for event in events_of(first + second)]
    assert seen == ["start", "delta", "stop", "start", "delta"]


def test_words_after_calls_wait_for_them() -> None:
    blocks = OpenBlocks()
    sent = blocks.calls(call(0, "", "a", "f")) + blocks.calls(call(1, "{}", "b", "g")) + blocks.says("Done.")
    assert blocks_of(events_of(sent + blocks.close())) == [("a", ""), ("b", "{}"), ("text", "Done.")]
