"""A version in the shadow: it answers copies, and callers notice nothing."""

import asyncio
from dataclasses import replace as replace_part
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace
from opentelemetry.trace import SpanContext
from uuid_utils.compat import uuid7

from ratchet_common import trace_context
from ratchet_common.events import Serving, Shadow, TrafficAssigned
from ratchet_common.trace_context import At
from ratchet_providers.base import ErrorKind
from ratchet_router.answer import answer
from ratchet_router.answered import Answered
from ratchet_router.ask import Ask
from ratchet_router.gate import Cap, Gate
from ratchet_router.shadowing import is_drawn, may_be_copied
from ratchet_router.traffic import assigned_version
from tests.unit.router.asks import CATALOGUE, LOCAL, ask, assigned
from tests.unit.router.fakes import FakeModel, World, settings

DARK = "classification-00000009"


def shadow(percent: int = 100, platform: str = "local") -> Shadow:
    return Shadow(version_id=DARK, percent=percent, serving=Serving(platform=platform, artifact="file:///s"))


async def world(percent: int = 100, platform: str = "local", patience_s: float = 5, **how: Any) -> World:
    its = World(student=FakeModel("status", **how), shadow_patience_s=patience_s)
    await its.knows([replace(assigned({"base": 100}), shadow=shadow(percent, platform))])
    return its


async def still_there() -> bool:
    return False


async def hung_up() -> bool:
    return True


async def answered(its: World, request: Ask) -> Answered:
    found = await answer(request, its.parts, still_there)
    await its.parts.shadows.settled()
    return found


async def test_the_shadow_is_told_the_same_and_its_answer_becomes_an_event_of_its_own() -> None:
    its = await world()
    found = await answered(its, ask(user="ann"))
    (told,) = its.store.shadows
    (asked,) = its.student.asked
    assert found.version_id == "base"
    assert found.output != "status"
    assert (told.result_id, told.version_id, told.output, told.outcome) == (found.result_id, DARK, "status", "ok")
    assert (told.user, told.confidence, asked.document, asked.artifact) == ("ann", 0.7, "Please send it.", "file:///s")
    assert [event.version_id for event in its.store.held] == ["base"]


async def test_the_caller_does_not_wait_for_it() -> None:
    its = await world(hangs=True)
    found = await answer(ask(), its.parts, still_there)
    assert found.version_id == "base"
    await its.student.was_asked.wait()
    assert its.store.shadows == []
    await its.parts.shadows.stop()


@pytest.mark.parametrize("kind", ["timeout", "malformed", "invalid_request"])
async def test_what_fails_in_the_shadow_is_told_asked_once_and_noticed_by_nobody(kind: ErrorKind) -> None:
    its = await world(fails=kind)
    found = await answered(its, ask())
    (told,) = its.store.shadows
    assert found.version_id == "base"
    assert (told.outcome, told.error, told.output) == ("failed", kind, None)
    assert len(its.student.asked) == 1


async def test_what_it_would_leave_to_others_is_no_failure() -> None:
    its = await world(fails="unsure")
    for number in range(5):
        await answered(its, ask(f"Text {number}."))
    assert {(told.outcome, told.error, told.output) for told in its.store.shadows} == {("ok", "unsure", None)}
    assert len(its.student.asked) == 5
    assert its.student.asked[0].may_abstain


@pytest.mark.parametrize(
    "how",
    [
        {"collect": False},
        {"capabilities": frozenset({"tools"})},
        {"choices": 2},
        {"batched_by": frozenset({"openai"})},
    ],
    ids=str,
)
async def test_what_nobody_may_learn_from_or_no_version_can_do_is_not_copied(how: dict[str, Any]) -> None:
    its = await world()
    assert may_be_copied(ask(**how)) is False
    await answered(its, ask(collect=False))
    assert its.student.asked == []


async def test_a_kept_answer_is_not_copied() -> None:
    its = await world()
    await answered(its, ask())
    again = await answered(its, ask())
    assert again.cached_from is not None
    assert len(its.student.asked) == 1


async def test_an_answer_that_nobody_waited_for_is_not_copied() -> None:
    its = await world()
    await answer(ask(), its.parts, hung_up)
    await its.parts.shadows.settled()
    assert its.student.asked == []


async def test_it_is_told_as_of_the_callers_answer_so_that_an_erasure_takes_both_or_neither() -> None:
    its = await world()
    await answered(its, ask(user="ann"))
    assert [told.occurred_at for told in its.store.shadows] == [made.occurred_at for made in its.store.held]


async def test_a_request_whose_text_the_bus_does_not_carry_is_not_copied() -> None:
    its = await world()
    its.parts = replace_part(its.parts, settings=settings().model_copy(update={"text_limit_bytes": 1_024}))
    for length in (2_000, 500):
        await answered(its, ask("a" * length))
    assert [len(asked.document) for asked in its.student.asked] == [500]


async def test_without_a_platform_nothing_is_asked() -> None:
    its = await world(platform="nowhere")
    await answered(its, ask())
    assert its.store.shadows == []


async def test_a_version_that_keeps_failing_is_left_alone_for_a_while() -> None:
    its = await world(fails="unavailable")
    for number in range(6):
        await answered(its, ask(f"Text {number}."))
    assert len(its.student.asked) == 3


async def test_students_answer_one_after_the_other_so_that_callers_own_wait_for_one_at_most() -> None:
    its = await world(hangs=True)
    for number in range(3):
        await answer(ask(f"Text {number}."), its.parts, still_there)
        await asyncio.sleep(0)
    assert len(its.student.asked) == 1
    await its.parts.shadows.stop()
    its = await world()
    await asyncio.gather(*(answer(ask(f"Text {number}."), its.parts, still_there) for number in range(3)))
    await its.parts.shadows.settled()
    assert len(its.student.asked) == 3


async def test_no_more_than_the_limits_are_under_way_and_wait() -> None:
    """Two at once, and three that wait."""
    its = await world(hangs=True, platform="elsewhere")
    platforms = {"elsewhere": msgspec.structs.replace(LOCAL, provider="up")}
    catalogue = replace_part(CATALOGUE, platforms=platforms)
    its.parts = replace_part(its.parts, catalogue=catalogue, platforms={"elsewhere": its.student})
    for number in range(9):
        assert (await answer(ask(f"Text {number}."), its.parts, still_there)).version_id == "base"
        await asyncio.sleep(0)
    assert len(its.student.asked) == 2
    its.student.hangs = False
    await its.parts.shadows.stop()
    assert len(its.student.asked) == 2


async def test_what_is_asked_too_long_is_a_timeout() -> None:
    its = await world(hangs=True, patience_s=0.01)
    await answered(its, ask())
    assert [told.error for told in its.store.shadows] == ["timeout"]


async def test_it_is_drawn_by_a_hash_of_its_own_and_more_per_cent_contain_the_fewer() -> None:
    units = [uuid7().hex for _ in range(2_000)]
    drawn = {percent: {u for u in units if is_drawn(shadow(percent), ask(), u)} for percent in (0, 10, 50, 100)}
    assert drawn[0] == set()
    assert drawn[10] < drawn[50] < drawn[100] == set(units)
    assert 0.4 < len(drawn[50]) / len(units) < 0.6
    traffic: TrafficAssigned = assigned({"v": 50, "base": 50})
    on_trial = {u for u in units if assigned_version(traffic, u, traffic.occurred_at) == "v"}
    both = len(drawn[50] & on_trial) / len(units)
    assert 0.2 < both < 0.3


async def test_copies_leave_half_of_a_providers_places_to_callers() -> None:
    gate = Gate(Cap(at_once=4))
    assert [gate.enters_beside() for _ in range(3)] == [True, True, False]
    await gate.enter(1)
    gate.leave()
    assert Gate(Cap(at_once=1)).enters_beside() is False


async def test_each_copy_is_answered_in_the_trace_of_its_own_request() -> None:
    """However many wait for the same task, and whoever made it."""
    its, seen = await world(), list[At | None]()
    heard = its.student.answer

    async def answers(*given: Any, **named: Any) -> Any:
        seen.append(trace_context.here())
        return await heard(*given, **named)

    its.student.answer = answers  # type: ignore[method-assign]
    places = [At(SpanContext(7, number, is_remote=False)) for number in (1, 2, 3)]
    for number, place in enumerate(places):
        with trace_context.at(place):
            await answer(ask(f"Text {number}."), its.parts, still_there)
    await its.parts.shadows.settled()
    assert sorted(at.context.span_id if at else 0 for at in seen) == [1, 2, 3]
