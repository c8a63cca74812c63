"""What a provider said of an answer's end beside its reason, given again whole and as a stream."""

import msgspec
import pytest

from ratchet_common.events import Usage
from ratchet_providers.chat_assembly import ChatAssembly
from ratchet_providers.chat_shape import Chunk
from ratchet_providers.replay import of_body

WHY = {"stop_reason": "END", "native_finish_reason": "stop_sequence"}


@pytest.mark.parametrize("why", [WHY, {}, {"stop_reason": 7}])
def test_an_answer_and_its_stream_end_for_the_same_reasons(why: dict[str, object]) -> None:
    choice = {"index": 0, "message": {"role": "assistant", "content": "Yes."}, "finish_reason": "stop", **why}
    body = msgspec.json.decode(msgspec.json.encode({"choices": [choice]}), type=dict[str, msgspec.Raw])
    assembly = ChatAssembly()
    for piece in of_body(body, Usage()):
        assembly.add(msgspec.json.decode(msgspec.json.encode(piece.chunk), type=Chunk))
    (again,) = msgspec.json.decode(assembly.body(Usage())["choices"])
    assert {name: again[name] for name in WHY if name in again} == why
    assert (again["finish_reason"], again["message"]["content"]) == ("stop", "Yes.")
