"""`max_cost_usd` is kept by whatever a provider may count: no answer is asked for that could cost more."""

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratchet_catalogue.catalogue import Catalogue
from ratchet_catalogue.prices import Above, Prices
from ratchet_common.auth import Caller
from ratchet_common.events import Usage
from ratchet_common.vocabulary import TaskType
from ratchet_providers.anthropic.dialect import ANTHROPICS
from ratchet_providers.anthropic.native import body_of as as_messages
from ratchet_providers.anthropic.request import asked as as_anthropics
from ratchet_providers.base import ModelRequest, Native
from ratchet_providers.bedrock.families import family_of
from ratchet_providers.bedrock.request import asked as as_bedrocks
from ratchet_providers.gemini.request import body_of as as_geminis
from ratchet_router.answer import answer
from ratchet_router.answered import Answered
from ratchet_router.api.chat_body import read_chat
from ratchet_router.ask import Ask
from ratchet_router.limits.admitted import Admitted, Estimate
from ratchet_router.limits.subjects import Who
from ratchet_router.plan import Situation, plan
from ratchet_router.routing import NoModelFitsError
from ratchet_router.shapes.chat import ChatFrames
from ratchet_router.stream import opened
from ratchet_router.usual_length import PICTURE
from ratchet_router.within_cost import affordable, capped, needed
from tests.unit.router.asks import NOW, ask, model
from tests.unit.router.fakes import FakeAdmission, World
from tests.unit.router.scripted import USED, Scripted, end

D = Decimal
QUESTION = [{"role": "user", "content": "When?"}]
PRICE = st.decimals(0, 100, places=3)


def request(fields: dict[str, Any] | None = None, **how: Any) -> ModelRequest:
    raw = {name: msgspec.Raw(json.dumps(value).encode()) for name, value in (fields or {}).items()}
    return ModelRequest(model="m", task_type="chat", document="", **{"messages": QUESTION, "fields": raw} | how)


def native(shape: Any, **fields: Any) -> ModelRequest:
    raw = {name: msgspec.Raw(json.dumps(value).encode()) for name, value in fields.items()}
    return request(native=Native(shape=shape, fields=raw))


def fields_of(asked: ModelRequest) -> dict[str, Any]:
    return {name: msgspec.json.decode(value) for name, value in asked.fields.items()}


@given(
    at=st.builds(
        Prices,
        PRICE,
        PRICE,
        reasoning=st.none() | PRICE,
        output_image=st.none() | PRICE,
        cache_written=st.none() | PRICE,
        above=st.just(()) | st.builds(lambda p: (Above(tokens=500, input=p, output=p),), PRICE),
    ),
    usd=st.decimals("0.0001", 1, places=4),
    read=st.integers(0, 10_000),
    parts=st.tuples(st.floats(0, 1), st.floats(0, 1)),
)
def test_what_it_buys_costs_no_more_whatever_it_is_counted_as(
    at: Prices, usd: Decimal, read: int, parts: tuple[float, float]
) -> None:
    most = at.buys(usd, Usage(input_tokens=read))
    written = Usage(
        input_tokens=read,
        output_tokens=most,
        reasoning_tokens=int(most * parts[0]),
        output_image_tokens=int(most * parts[1]),
    )
    assert most == 0 or at.of(written) <= usd


def test_several_choices_share_it() -> None:
    prices = Prices(D(0), D(10))
    assert affordable(request(), prices, D("0.01")) == 1_000
    assert affordable(request({"n": 4}), prices, D("0.01")) == 250


def test_the_request_is_taken_to_be_read_at_the_dearest_that_it_may_cost() -> None:
    long = [{"role": "user", "content": "x" * 4_000}]
    prices = Prices(D(1), D(1), cache_written=D(2), cache_written_long=D(4), audio=D(8))
    plain = affordable(request(messages=long), prices, D("0.1"))
    hour = [{"role": "user", "content": [{"type": "text", "text": "x" * 4_000, "cache_control": {"ttl": "1h"}}]}]
    assert plain == 100_000 - 2 * 1_008
    assert affordable(request(messages=hour), prices, D("0.1")) < plain - 2_000
    assert affordable(request(), Prices(D(1), D(1)), D("0.0000001")) == 0


def test_what_was_shown_of_an_answer_is_read_by_the_one_that_goes_on() -> None:
    prices = Prices(D(1), D(1))
    assert affordable(request(so_far="x" * 400), prices, D(1)) == affordable(request(), prices, D(1)) - 100


@pytest.mark.parametrize(
    ("given", "sent", "beside"),
    [
        ({}, {}, 100),
        ({"max_tokens": 60_000}, {"max_tokens": 100}, None),
        ({"max_completion_tokens": 60_000, "max_tokens": 7}, {"max_completion_tokens": 100, "max_tokens": 7}, None),
        ({"max_completion_tokens": None}, {}, 100),
    ],
)
def test_the_limit_is_told_in_chats_words(given: dict[str, Any], sent: dict[str, Any], beside: int | None) -> None:
    found = capped(request(given), 100)
    assert (fields_of(found), found.max_output_tokens) == (sent, beside)


def test_the_limit_is_told_in_the_words_of_the_callers_own_shape() -> None:
    of_messages = capped(native("messages", max_tokens=60_000), 100).native
    of_responses = capped(native("responses", input="When?"), 100).native
    assert of_messages
    assert of_responses
    assert (of_messages.fields["max_tokens"], of_responses.fields["max_output_tokens"]) == (
        msgspec.Raw(b"100"),
        msgspec.Raw(b"100"),
    )


@pytest.mark.parametrize("given", [{}, {"max_tokens": 60_000}, {"max_completion_tokens": 60_000}])
def test_every_provider_is_told_it(given: dict[str, Any]) -> None:
    wanted = capped(request(given), 100)
    assert as_anthropics(wanted, ANTHROPICS).body["max_tokens"] == 100
    assert json.loads(as_geminis(wanted, ids=False))["generationConfig"]["maxOutputTokens"] == 100
    bedrocks = as_bedrocks(wanted, family_of("us.amazon.nova-lite-v1:0"), {}).body
    assert json.loads(bedrocks)["inferenceConfig"]["maxTokens"] == 100
    own = capped(native("messages", max_tokens=60_000), 100)
    assert own.native
    assert as_messages(own.native.fields, own, ANTHROPICS)["max_tokens"] == msgspec.Raw(b"100")


@pytest.mark.parametrize(
    ("asked", "least"),
    [
        (request(), 300),
        (request({"max_tokens": 9}), 9),
        (request({"thinking": {"type": "enabled", "budget_tokens": 2_000}}), 2_001),
        (native("messages", max_tokens=60_000, thinking={"type": "enabled", "budget_tokens": 2_000}), 2_001),
    ],
)
def test_an_answer_is_of_no_use_below_its_usual_length_or_with_no_room_behind_the_thoughts(
    asked: ModelRequest, least: int
) -> None:
    assert needed(asked, 300) == least


# Through the router

CHAT: dict[str, Any] = {"task_type": TaskType.CHAT, "labels": (), "own_prompt": True}


async def still_there() -> bool:
    return False


async def answered(world: World, **how: Any) -> Answered:
    return await answer(ask(**CHAT | how), world.parts, still_there)


def limit(world: World, name: str) -> int | None:
    return world.models[name].asked[-1].max_output_tokens


async def test_without_a_bound_nothing_is_cut() -> None:
    world = World()
    await answered(world, model="large")
    assert limit(world, "large") is None


async def test_a_named_models_answer_is_cut_where_the_money_ends() -> None:
    world = World()
    sixty = {"max_tokens": msgspec.Raw(b"60000")}
    found = await answered(world, model="large", max_cost_usd=D("0.05"), max_output_tokens=600, passed_on=sixty)
    sent = world.models["large"].asked[-1].fields["max_tokens"]
    most = msgspec.json.decode(sent)
    assert 4_400 < most < D("0.05") * 1_000_000 / 11
    assert found.cost_usd <= D("0.05")


async def test_a_stream_is_cut_there_too_and_so_is_what_goes_on_with_it() -> None:
    world = World()
    world.models["large"] = scripted = Scripted([["On ", "Monday.", USED, None]])  # type: ignore[assignment]
    stream = await opened(ask(**CHAT, model="large", stream=True, max_cost_usd=D("0.05")), world.parts)
    await stream.coming.aclose()
    assert scripted.asked[0].max_output_tokens is not None
    assert scripted.asked[0].max_output_tokens < D("0.05") * 1_000_000 / 11


async def test_what_was_cut_there_is_no_answer_for_another() -> None:
    world = World()
    world.models["large"] = Scripted([["On ", end("length")], ["On ", "Monday.", None]])  # type: ignore[assignment]
    stream = await opened(ask(**CHAT, model="large", stream=True, max_cost_usd=D("0.05")), world.parts)
    frames = ChatFrames("x", "m", 1, usage_asked=False)
    assert b"On " in b"".join([bit async for bit in stream.frames(frames, lambda _: b"{}")])
    again = await answered(world, model="large")
    assert (again.output, again.cached_from) == ("On Monday.", None)


async def test_a_named_model_that_cannot_keep_it_is_refused_and_not_asked() -> None:
    world = World()
    with pytest.raises(NoModelFitsError, match="max_cost_usd"):
        await answered(world, model="large", max_cost_usd=D("0.001"))
    thinking = {"thinking": msgspec.Raw(b'{"type":"enabled","budget_tokens":32000}')}
    with pytest.raises(NoModelFitsError, match=r"pays for 45.. tokens of its answer, and that needs 32001"):
        await answered(world, model="large", max_cost_usd=D("0.05"), passed_on=thinking)
    assert not world.models["large"].asked


async def test_the_template_counts_as_well() -> None:
    """The question alone could be answered for that, but not with what it is told beside."""
    world = World()
    asked: dict[str, Any] = {"task_type": TaskType.SUMMARY, "own_prompt": False, "model": "small"}
    with pytest.raises(NoModelFitsError, match="max_cost_usd"):
        await answered(world, **asked, max_cost_usd=D("0.000170"))
    assert (await answered(world, **asked, max_cost_usd=D("0.01"))).model == "small"


async def test_the_parts_of_a_long_text_share_it() -> None:
    text = "The board met on Monday. " * 400
    long: dict[str, Any] = {"document": text, "task_type": TaskType.SUMMARY, "own_prompt": False, "model": "small"}
    world = World()
    await answered(world, **long | {"messages": ask(text).messages}, max_cost_usd=D("0.05"))
    calls = world.models["small"].asked
    assert len(calls) > 5
    limits = [call.max_output_tokens or 10**9 for call in calls]
    assert all(one <= 50_000 / len(calls) for one in limits)
    with pytest.raises(NoModelFitsError, match="parts"):
        await answered(World(), **long | {"messages": ask(text).messages}, max_cost_usd=D("0.0012"))


async def test_a_picture_that_is_asked_for_is_set_aside_and_needs_its_room() -> None:
    world = World()
    drawing: dict[str, Any] = {"passed_on": {"modalities": msgspec.Raw(b'["image","text"]')}, "model": "large"}
    await answered(world, model="large")
    await answered(world, **drawing)
    (_, plain), (_, drawn) = world.admission.asked
    assert drawn.tokens - plain.tokens == PICTURE
    assert drawn.cost - plain.cost == PICTURE * D(11) / 1_000_000
    with pytest.raises(NoModelFitsError, match=f"needs {300 + PICTURE}"):
        await answered(world, **drawing, max_cost_usd=D("0.01"), cache="off")


@dataclass
class NearlySpent(FakeAdmission):
    """So many nano-USD are left of the budget beside what was set aside."""

    left: int = 50_000_000

    async def admit(self, who: Who, estimate: Estimate) -> Admitted:
        admitted = await super().admit(who, estimate)
        for one in admitted.slices:
            one.left = self.left
        return admitted


@pytest.mark.parametrize("stream", [False, True])
async def test_an_answer_is_cut_where_the_budget_ends(stream: bool) -> None:
    world = World(admission=NearlySpent())
    sixty: dict[str, Any] = {"passed_on": {"max_tokens": msgspec.Raw(b"60000")}, "max_output_tokens": 60_000}
    if stream:
        await (await opened(ask(**CHAT | sixty, model="large", stream=True), world.parts)).coming.aclose()
    else:
        await answered(world, model="large", **sixty)
    most = msgspec.json.decode(world.models["large"].asked[0].fields["max_tokens"])
    assert 4_400 < most < 5_000
    await answered(world, model="large", passed_on={"max_tokens": msgspec.Raw(b"400")}, max_output_tokens=400)
    assert world.models["large"].asked[-1].fields["max_tokens"] == msgspec.Raw(b"400")


async def test_where_little_is_left_what_was_set_aside_for_it_remains() -> None:
    world = World(admission=NearlySpent(left=0))
    world.models["large"] = Scripted([["On ", end("length")], ["On ", "Monday.", None]])  # type: ignore[assignment]
    long = "x" * 39_000
    about: dict[str, Any] = {"document": long, "messages": ask(long).messages, "model": "large"}
    stream = await opened(ask(**CHAT | about, stream=True), world.parts)
    assert [bit async for bit in stream.frames(ChatFrames("x", "m", 1, usage_asked=False), lambda _: b"{}")]
    assert 300 <= (world.models["large"].asked[0].max_output_tokens or 0) < 320
    assert (await answered(world, **about)).cached_from is None  # the next may have more


def test_the_decision_says_where_it_is_cut() -> None:
    able = model("able", "premium", "10", 20, 0.6, context_window=10_000)
    situation = Situation(Catalogue({"able": able}, {}), None, lambda _: 0.6, frozenset(), NOW)
    body: dict[str, Any] = {"model": "auto", "messages": QUESTION, "ratchet": {"max_cost_usd": 0.05}}

    def reasons(**how: Any) -> str:
        found = plan(read(body | how), "unit", situation)
        return " ".join(found.decision.reasons)

    assert "able: max_cost_usd pays for about 499" in reasons()
    assert "able: max_cost_usd pays for about 499" in reasons(model="able", max_tokens=8_000)
    assert "max_cost_usd" not in reasons(max_tokens=400)


def read(body: dict[str, Any]) -> Ask:
    return read_chat(json.dumps(body).encode(), Caller("digest", "acme", frozenset()))
