"""Tools and the form of an answer are read by the model too: they count, in whatever shape they come."""

import json
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from ratchet_catalogue.catalogue import Catalogue
from ratchet_common.auth import Caller
from ratchet_router.api.asking import Asked, ask_of
from ratchet_router.ask import Ask
from ratchet_router.plan import Situation, plan
from ratchet_router.planned import Plan
from ratchet_router.routing import NoModelFitsError
from ratchet_router.shapes.responses.read import read_responses
from tests.unit.router.asks import NOW, model
from tests.unit.router.scripted import Scripted
from tests.unit.router.test_media_in_requests import Read, of_chat, of_messages
from tests.unit.router.test_stream import chat, last, streamed, world

ENOUGH = 4_000  # characters
SCHEMA = {"type": "object", "properties": {"of": {"type": "string", "description": "x" * ENOUGH}}}
FUNCTION = {"name": "look_up", "parameters": SCHEMA}
FORM = {"name": "found", "schema": SCHEMA}
TOOLS = {"tools": [{"type": "function", "function": FUNCTION}]}
TURN = [{"role": "user", "content": "Look it up."}]


def of_responses(body: bytes) -> Ask:
    read = read_responses(body)
    asked = Asked(model=read.model, messages=read.messages, extras=read.extras, fields=read.fields)
    return ask_of(asked, Caller("digest", "acme", frozenset()))


WITH = [
    (of_chat, {"messages": TURN}, TOOLS),
    (of_chat, {"messages": TURN}, {"functions": [FUNCTION]}),
    (of_chat, {"messages": TURN}, {"response_format": {"type": "json_schema", "json_schema": FORM}}),
    (of_messages, {"messages": TURN, "max_tokens": 5}, {"tools": [{"name": "look_up", "input_schema": SCHEMA}]}),
    (
        of_messages,
        {"messages": TURN, "max_tokens": 5},
        {"output_config": {"format": {"type": "json_schema", "schema": SCHEMA}}},
    ),
    (of_responses, {"input": "Look it up."}, {"tools": [{"type": "function"} | FUNCTION]}),
    (of_responses, {"input": "Look it up."}, {"text": {"format": {"type": "json_schema"} | FORM}}),
]


def read_by(read: Read, how: dict[str, Any]) -> Ask:
    return read(json.dumps({"model": "auto"} | how).encode())


@pytest.mark.parametrize(("read", "bare", "more"), WITH)
def test_what_a_model_reads_beside_the_messages_counts(read: Read, bare: dict[str, Any], more: dict[str, Any]) -> None:
    without, beside = read_by(read, bare), read_by(read, bare | more)
    assert ENOUGH / 4 <= beside.input_tokens - without.input_tokens < ENOUGH / 4 + 100


@pytest.mark.parametrize(("read", "bare", "more"), WITH)
def test_it_makes_a_request_no_harder_and_not_certainly_too_long(
    read: Read, bare: dict[str, Any], more: dict[str, Any]
) -> None:
    without, beside = read_by(read, bare), read_by(read, bare | more)
    assert (beside.complexity, beside.least_input_tokens) == (without.complexity, without.least_input_tokens)


def planned(asked: Ask, window: int, price: str = "1") -> Plan:
    able = model("able", "premium", price, 20, 0.6, context_window=window, capabilities=("tools", "json"))
    return plan(asked, "unit", Situation(Catalogue({"able": able}, {}), None, lambda _: 0.6, frozenset(), NOW))


@pytest.mark.parametrize(("read", "bare", "more"), WITH)
def test_price_rate_and_context_are_of_all_that_is_read(read: Read, bare: dict[str, Any], more: dict[str, Any]) -> None:
    without, beside = read_by(read, bare), read_by(read, bare | more)
    found = planned(beside, window=10_000)
    assert found.expected_tokens - planned(without, window=10_000).expected_tokens >= ENOUGH / 4
    assert found.expected_cost_usd == Decimal(found.expected_tokens) / 1_000_000
    assert planned(without, window=800)
    with pytest.raises(NoModelFitsError):
        planned(beside, window=800)


def test_a_price_ceiling_holds_with_tools_too() -> None:
    body = {"messages": TURN, "ratchet": {"max_cost_usd": 0.0005}}
    assert planned(read_by(of_chat, body), window=10_000)
    with pytest.raises(NoModelFitsError):
        planned(read_by(of_chat, body | TOOLS), window=10_000)


@pytest.mark.parametrize("nothing", [{}, {"tools": None}, {"tools": []}, {"response_format": None}, {"seed": 7}])
def test_a_request_without_them_counts_as_it_ever_did(nothing: dict[str, Any]) -> None:
    asked = read_by(of_chat, {"messages": TURN} | nothing)
    assert asked.input_tokens == len(memoryview(asked.messages)) // 4


async def test_where_the_provider_counts_nothing_they_are_in_the_estimate_of_a_stream() -> None:
    tools = {"tools": msgspec.Raw(json.dumps([FUNCTION | {"parameters": {"title": "x" * 400}}]).encode())}
    counted = list[int]()
    for fields in (dict[str, msgspec.Raw](), tools):
        its = world(small=Scripted([["Yes.", None]]))
        await streamed(its, chat(passed_on=fields))
        assert last(its).usage.estimated
        counted.append(last(its).usage.input_tokens)
    assert 100 <= counted[1] - counted[0] < 130
