"""A model that the caller named fails: who is asked in its place, by what it failed with."""

import dataclasses
from typing import Any

import pytest
from msgspec.structs import replace

from ratchet_catalogue.catalogue import Catalogue
from ratchet_common.events import Check, Usage
from ratchet_providers.failing import ErrorKind
from ratchet_router.answer import answer
from ratchet_router.answered import Answered
from ratchet_router.ask import Ask
from ratchet_router.failures import NoAnswerError
from ratchet_router.routing import NoModelFitsError
from tests.unit.router.asks import CATALOGUE, ask
from tests.unit.router.fakes import World

LONG = "word " * 6_400  # far more than `small` can hold


def world(**of_small: Any) -> World:
    """With one fallback or another for `small`."""
    its = World()
    models = {**CATALOGUE.models, "small": replace(CATALOGUE.models["small"], **of_small)}
    its.parts = dataclasses.replace(its.parts, catalogue=Catalogue(models, CATALOGUE.platforms))
    return its


async def answered(its: World, request: Ask) -> Answered:
    async def still_there() -> bool:
        return False

    return await answer(request, its.parts, still_there)


def asked(its: World) -> list[str]:
    return [attempt.model for attempt in its.store.held[-1].attempts]


async def test_nobody_is_asked_in_its_place_unless_the_catalogue_says_so() -> None:
    its = world()
    its.models["small"].fails = "quota"
    with pytest.raises(NoAnswerError):
        await answered(its, ask(model="small"))
    assert asked(its) == ["small"]


async def test_its_fallbacks_are_asked_in_their_order() -> None:
    its = world(fallbacks=("large", "middle"))
    its.models["small"].fails = its.models["large"].fails = "quota"
    found = await answered(its, ask(model="small"))
    assert found.model == "middle"
    assert asked(its) == ["small", "large", "middle"]
    assert [attempt.error for attempt in found.attempts] == ["quota", "quota", ""]


async def test_an_answer_that_is_too_large_is_paid_for_once() -> None:
    its = world()
    its.models["small"].fails = "too_large"
    with pytest.raises(NoAnswerError) as failed:
        await answered(its, ask(model="small"))
    assert (failed.value.status, failed.value.type) == (502, "provider-answer-too-large")
    assert asked(its) == ["small"]


async def test_while_it_answers_nobody_else_is_asked() -> None:
    its = world(fallbacks=("middle",))
    assert (await answered(its, ask(model="small"))).model == "small"
    assert asked(its) == ["small"]


@pytest.mark.parametrize(("kind", "then"), [("timeout", "large"), ("quota", "middle")])
async def test_a_failure_of_a_kind_has_fallbacks_of_its_own(kind: ErrorKind, then: str) -> None:
    its = world(fallbacks=("middle",), fallbacks_when={"timeout": ("large",)})
    its.models["small"].fails = kind
    assert (await answered(its, ask(model="small"))).model == then


async def test_what_is_for_one_kind_is_not_for_another() -> None:
    its = world(fallbacks_when={"timeout": ("large",)})
    its.models["small"].fails = "quota"
    with pytest.raises(NoAnswerError):
        await answered(its, ask(model="small"))
    assert asked(its) == ["small"]


async def test_who_has_no_place_for_the_request_leaves_it_to_the_next_and_is_none_of_the_tries() -> None:
    its = world()
    its.models["small"].fails = its.models["middle"].fails = "unsuited"
    its.parts = dataclasses.replace(its.parts, settings=its.parts.settings.model_copy(update={"attempts": 1}))
    found = await answered(its, ask(model="auto"))
    assert found.model == "large"
    assert {attempt.error for attempt in found.attempts[:-1]} == {"unsuited"}


async def test_who_was_asked_says_why_nobody_answered_not_who_could_not_be() -> None:
    its = world(fallbacks=("middle",))
    its.models["small"].fails, its.models["middle"].fails = "unsuited", "overloaded"
    with pytest.raises(NoAnswerError) as failed:
        await answered(its, ask(model="small"))
    assert (failed.value.status, failed.value.type) == (503, "providers-down")
    its.models["middle"].fails = "unsuited"
    with pytest.raises(NoAnswerError) as failed:
        await answered(its, ask(model="small"))
    assert failed.value.status == 400
    assert failed.value.detail.startswith("small: ")


@pytest.mark.parametrize("kind", ["filtered", "bad_request"])
async def test_what_the_request_itself_is_to_blame_for_is_passed_on(kind: ErrorKind) -> None:
    its = world(fallbacks=("middle", "large"))
    its.models["small"].fails = kind
    with pytest.raises(NoAnswerError) as refused:
        await answered(its, ask(model="small"))
    assert refused.value.status == 400
    assert asked(its) == ["small"]


async def test_too_long_for_it_as_its_provider_says_goes_to_one_that_can_hold_more() -> None:
    its = world(fallbacks=("middle",), fallbacks_when={"too_long": ("large",)})
    its.models["small"].fails = "too_long"
    assert (await answered(its, ask(model="small"))).model == "large"


async def test_too_long_for_it_from_the_start_goes_there_at_once() -> None:
    its = world(fallbacks=("middle",), fallbacks_when={"too_long": ("large",)})
    found = await answered(its, ask(LONG, model="small"))
    assert (found.model, asked(its)) == ("large", ["large"])
    assert "falls back" in found.decision.reasons[-1]


async def test_the_first_error_is_what_the_caller_sees_when_all_fail() -> None:
    its = world(fallbacks=("middle",))
    its.models["small"].fails, its.models["middle"].fails = "quota", "unauthorized"
    with pytest.raises(NoAnswerError) as refused:
        await answered(its, ask(model="small"))
    assert "small" in str(refused.value.extra["tried"])
    assert refused.value.type == "provider-quota"


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ("unavailable", "bad_request", "providers-down"),
        ("timeout", "too_long", "provider-timeout"),
        ("bad_request", "unavailable", "provider-refused"),
        ("unavailable", "filtered", "filtered"),
    ],
)
async def test_what_followed_from_a_failure_hides_it_only_where_a_filter_says_why(
    first: ErrorKind, second: ErrorKind, said: str
) -> None:
    its = world()
    its.models["small"].fails = first
    for name in ("middle", "large"):
        its.models[name].fails = second
    with pytest.raises(NoAnswerError) as refused:
        await answered(its, ask())
    assert refused.value.type == said


async def test_a_fallback_that_could_not_do_it_is_not_asked() -> None:
    its = world(fallbacks=("middle", "large"))
    its.models["small"].fails = "quota"
    request = ask(model="small", capabilities=frozenset({"vision"}))
    with pytest.raises(NoModelFitsError):
        await answered(its, request)  # no model here sees anything


async def test_whom_the_caller_named_he_gets_whatever_the_checks_say() -> None:
    its = world(fallbacks=("large",))
    its.models["small"].output = "nothing of the kind"
    found = await answered(its, ask(model="small"))
    assert found.model == "small"
    assert Check(name="label_known", passed=False, detail="The answer is none of the labels.") in found.checks


async def test_an_answer_in_its_place_is_kept_for_nobody_else() -> None:
    its = world(fallbacks=("middle",))
    its.models["small"].fails = "quota"
    await answered(its, ask(model="small"))
    its.models["small"].fails = None
    second = await answered(its, ask(model="small"))
    assert (second.model, second.cached_from) == ("small", None)


async def test_a_routed_request_goes_first_to_those_that_are_named_for_the_failure() -> None:
    its = world(fallbacks_when={"timeout": ("large",)})
    its.models["small"].fails = "timeout"
    assert (await answered(its, ask())).model == "large"
    its = world()
    its.models["small"].fails = "timeout"
    assert (await answered(its, ask())).model == "middle"


async def test_what_a_failed_answer_has_used_is_counted() -> None:
    its = world()
    its.models["small"].fails, its.models["small"].used = "filtered", Usage(input_tokens=1_000_000)
    with pytest.raises(NoAnswerError):
        await answered(its, ask(model="small"))
    (attempt,) = its.store.held[-1].attempts
    assert attempt.usage == its.models["small"].used
    assert attempt.cost_usd == CATALOGUE.models["small"].prices.of(Usage(input_tokens=1_000_000)) > 0
