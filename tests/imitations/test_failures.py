"""A provider's bad days, as aimock makes them: the caller gets a whole answer, or a clear error of its client's."""

from collections.abc import AsyncIterator
from typing import Any, Final, NamedTuple
from uuid import uuid4

import anthropic
import openai
import pytest
import pytest_asyncio

from tests.imitations.asked import Asked
from tests.imitations.callers import SHAPES, Shape, error_of
from tests.imitations.gateway import PROVIDERS, Gateway, gateway_with, key_file, model, provider
from tests.integration.conftest import Ground

pytestmark = [pytest.mark.imitations, pytest.mark.asyncio(loop_scope="module")]
EVERYONE: Final = tuple(PROVIDERS)
RESCUE: Final = "The rescue answers."
FAILURES: Final = {
    "be unavailable": {"overloaded"},
    "be overloaded": {"overloaded"},
    "be dropped": {"unavailable"},
    "be malformed": {"malformed", "cut"},
    "be disconnected": {"unavailable"},
}
SHORT: Final[dict[str, Any]] = {"limits": {"first_token_ms": 400, "gap_ms": 400, "answer_ms": 800}}
FAIR: Final[dict[str, Any]] = {"limits": {"first_token_ms": 2_000, "answer_ms": 2_000}}  # the rescue is to keep them
WELL_AGAIN: Final = 4  # good answers after which its breaker holds a failure or two for nothing


class Failing(NamedTuple):
    """Its models: `first`, of the provider that is to fail, and `second`, to the rescue."""

    provider: str
    gateway: Gateway

    async def recovers(self) -> None:
        asked = Asked("first", no_two_alike("tell me when do we ship"))
        for _ in range(WELL_AGAIN):
            seen = await self.gateway.clients.ask("chat", asked, stream=False)
            assert seen.headers["x-ratchet-model"] == "first"


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=EVERYONE)
async def failing(
    request: pytest.FixtureRequest, imitated: str, stack: Ground, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Failing]:
    name, folder = request.param, tmp_path_factory.mktemp("failing")
    other = "anthropic" if name == "openai" else "openai"
    catalogue = [provider(at, imitated, key_file(folder)) for at in (name, other)]
    catalogue += [model("first", name), model("second", other, "rescue", price=3, output=11, quality=0.6)]
    async with gateway_with(catalogue, stack, folder) as gateway:
        yield Failing(name, gateway)


def no_two_alike(text: str) -> str:
    return f"You will {text}. {uuid4().hex}"


@pytest.mark.parametrize("turn", range(len(FAILURES)), ids=FAILURES)
async def test_before_anything_was_shown_another_model_answers(failing: Failing, turn: int) -> None:
    failure = list(FAILURES)[turn]
    for number, shape in enumerate(SHAPES):
        asked, stream = Asked("auto", no_two_alike(failure)), bool((turn + number) % 2)
        seen = await failing.gateway.clients.ask(shape, asked, stream=stream)
        assert (seen.text, seen.stop, seen.headers["x-ratchet-model"]) == (RESCUE, "done", "second")
        event = await failing.gateway.event(seen)
        *failed, good = [(attempt.model, attempt.error) for attempt in event.attempts]
        assert good == ("second", "")
        assert {model for model, _ in failed} == {"first"}
        assert {error for _, error in failed} <= FAILURES[failure]
        assert (event.usage.input_tokens, event.usage.output_tokens) == (100, 10)  # what failed is not billed
        await failing.recovers()


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
async def test_one_that_says_nothing_is_not_waited_for(failing: Failing, stream: bool) -> None:
    asked = Asked("auto", no_two_alike("be silent"), ratchet=FAIR)
    seen = await failing.gateway.clients.ask("chat", asked, stream=stream)
    assert (seen.text, seen.headers["x-ratchet-model"]) == (RESCUE, "second")
    event = await failing.gateway.event(seen)
    assert event.attempts[0].error == "timeout"
    await failing.recovers()


@pytest.mark.parametrize("turn", range(len(FAILURES)), ids=FAILURES)
async def test_where_nobody_else_may_answer_the_error_is_clear(failing: Failing, turn: int) -> None:
    failure, shape = list(FAILURES)[turn], SHAPES[turn % len(SHAPES)]
    for stream in (False, True):
        with pytest.raises(error_of(shape)) as raised:
            await failing.gateway.clients.ask(shape, Asked("first", no_two_alike(failure)), stream=stream)
        assert isinstance(raised.value, openai.APIStatusError | anthropic.APIStatusError)
        assert raised.value.status_code in (502, 503)
        await failing.recovers()


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("failure", ["be cut", "be reset", "be slow"])
async def test_an_answer_that_broke_off_never_looks_whole(failing: Failing, shape: Shape, failure: str) -> None:
    asked = Asked("first", no_two_alike(failure), ratchet=SHORT if failure == "be slow" else None)
    with pytest.raises(error_of(shape)):
        await failing.gateway.clients.ask(shape, asked, stream=True)
    event = await failing.gateway.heard.first(lambda made: asked.text.encode() in bytes(made.input))
    assert event.outcome == "failed"
    await failing.recovers()


async def test_one_that_asks_to_be_left_alone_is_left_alone(failing: Failing) -> None:
    """The last one here: afterwards it rests for a minute."""
    clients = failing.gateway.clients
    seen = await clients.ask("chat", Asked("auto", no_two_alike("be limited")), stream=True)
    assert (seen.text, seen.headers["x-ratchet-model"]) == (RESCUE, "second")
    assert (await failing.gateway.event(seen)).attempts[0].error == "rate_limited"
    with pytest.raises(openai.RateLimitError) as limited:
        await clients.ask("responses", Asked("first", no_two_alike("be limited")), stream=False)
    assert 0 < int(limited.value.response.headers["retry-after"]) <= 60
    with pytest.raises(anthropic.RateLimitError):
        await clients.ask("messages", Asked("first", no_two_alike("be limited")), stream=True)
