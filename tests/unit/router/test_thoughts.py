"""Thinking aloud, from the request to what the caller sees: never the thoughts."""

from typing import Any

import msgspec
import pytest

from ratchet_common.events import Arm, Usage
from ratchet_common.vocabulary import TaskType
from ratchet_providers.base import ModelAnswer, Piece
from ratchet_router.assembly import ThoughtsShownError
from ratchet_router.beginning import begun
from ratchet_router.reasoning import MARKER
from ratchet_router.shapes.generate import GenerateFrames
from ratchet_router.targets import targets
from tests.unit.router.asks import ask, experiment
from tests.unit.router.fakes import World
from tests.unit.router.templates import FakeTemplateStore, template

PIECES = ("It sounds ", f"like one.\n{MARKER[:5]}", f"{MARKER[5:]}\nri", "sk")


def told(frames: GenerateFrames) -> list[tuple[str, dict[str, object]]]:
    whole = b"".join(frames.said([Piece(text=text)]) for text in PIECES) + frames.ended(Usage(), b"{}")
    events = [event.decode().split("\n") for event in whole.split(b"\n\n") if event]
    return [(name.removeprefix("event: "), msgspec.json.decode(data.removeprefix("data: "))) for name, data in events]


def test_pieces_are_told_as_they_come() -> None:
    assert told(GenerateFrames()) == [*(("delta", {"text": text}) for text in PIECES), ("result", {})]


def test_of_thoughts_nothing_is_told() -> None:
    assert told(GenerateFrames(thoughts=True)) == [("delta", {"text": "risk"}), ("result", {})]


@pytest.mark.parametrize("how", [{"stream": True}, {"choices": 2}])
def test_what_could_not_be_cut_off_is_refused(how: dict[str, Any]) -> None:
    with pytest.raises(ThoughtsShownError, match="thinks aloud"):
        World().parts.template(ask(cot=True, **how))


async def test_an_arm_that_thinks_aloud_draws_no_stream() -> None:
    world, own = World(), FakeTemplateStore()
    await own.insert("acme", template("thinks", task=TaskType.CLASSIFICATION, reasoning=True), b"")
    await world.parts.library.refresh(own)
    await world.knows(experiments=[experiment("e1", Arm(name="t", share=100, template="thinks@1"))])
    assert world.parts.template(ask(session="s")) == "thinks_v1"
    assert world.parts.template(ask(session="s", stream=True)) == "classification_v1"


def test_the_providers_body_goes_where_it_holds_thoughts() -> None:
    world = World()
    body = {"id": msgspec.Raw(b'"x"')}
    said = ModelAnswer(output=f"Hm.\n{MARKER}\nrisk", usage=Usage(), model="small", body=body)
    (target, *_) = targets(world.parts.plan(ask(), "unit"), world.parts, ask())
    assert begun(ask(), world.parts).of_model(target, said).body == body
    thought = begun(ask(cot=True), world.parts).of_model(target, said)
    assert (thought.body, thought.output) == (None, "risk")
