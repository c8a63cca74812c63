import asyncio
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from ratchet_common.errors import RefusedError
from ratchet_common.events import Arm, PredictionMade, QualityMeasured
from ratchet_common.vocabulary import TaskType
from ratchet_router.answer import answer
from ratchet_router.answered import Answered
from ratchet_router.ask import Ask, Example
from ratchet_router.assembly import NoTemplateError, UnknownVariableError
from ratchet_router.epochs import Drop, Epoch
from ratchet_router.failures import NoAnswerError
from ratchet_router.picking import TemplateForOtherTaskError, UnknownTemplateError
from ratchet_router.reasoning import MARKER
from ratchet_router.recording import NotRecordedError
from tests.unit.router.asks import VERSION, ask, assigned, experiment
from tests.unit.router.fakes import World, settings

ALL = assigned({VERSION: 100}, canary=VERSION, control="base")


async def still_there() -> bool:
    return False


async def hung_up() -> bool:
    return True


async def answered(world: World, request: Ask) -> Answered:
    return await answer(request, world.parts, still_there)


async def failed(world: World, request: Ask) -> RefusedError:
    with pytest.raises(RefusedError) as refused:
        await answered(world, request)
    return refused.value


def last(world: World) -> PredictionMade:
    return world.store.held[-1]


async def test_an_answer_and_its_event_say_the_same() -> None:
    world = World()
    found = await answered(world, ask(session="s", user="u", tags=("a",), collect=False))
    event = last(world)
    assert (found.output, found.label, found.model, found.version_id) == ("risk", "risk", "small", "base")
    assert (event.result_id, event.output, event.outcome, event.unit) == (found.result_id, "risk", "ok", "s")
    assert (event.user, event.session, event.tags, event.collect) == ("u", "s", ("a",), False)
    assert event.cost_usd == Decimal("0.0011")
    assert event.premium_cost_usd == Decimal("0.0121")  # what the dearest candidate would have cost
    assert event.template == "classification_v1"
    assert [attempt.model for attempt in event.attempts] == ["small"]
    assert event.has_document
    assert b"Please send it." in bytes(event.input)


async def test_what_the_reference_would_have_cost_and_the_documents_name_stand_in_the_event() -> None:
    world = World(settings=settings(reference_model="large"))
    await answered(world, ask(document_id="contract 12"))
    event = last(world)
    assert event.document == "contract 12"
    assert event.savings is not None
    assert (event.savings.reference_model, event.savings.batch_usd) == ("large", Decimal(0))
    assert event.savings.reference_usd > event.cost_usd
    plain = World()
    await answered(plain, ask())
    assert (last(plain).savings, last(plain).document) == (None, None)


async def test_the_unit_is_the_session_else_the_user_else_the_result() -> None:
    world = World()
    assert (await answered(world, ask(session="s", user="u"))).unit == "s"
    assert (await answered(world, ask(user="u"))).unit == "u"
    alone = await answered(world, ask())
    assert alone.unit == str(alone.result_id)


async def test_a_hit_has_its_own_id_names_its_origin_and_costs_nothing() -> None:
    world = World()
    first = await answered(world, ask())
    second = await answered(world, ask(user="another"))
    assert second.cached_from == first.result_id != second.result_id
    assert (second.output, second.cost_usd) == (first.output, Decimal(0))
    assert len(world.models["small"].asked) == 1
    assert (last(world).cached_from, last(world).cost_usd, last(world).user) == (first.result_id, Decimal(0), "another")


@pytest.mark.parametrize(
    "other",
    [
        ask(tenant="other"),
        ask("Please send that."),
        ask(labels=("risk", "request")),
        ask(question="Why?"),
        ask(model="middle"),
        ask(examples=(Example("a", "risk"),)),
    ],
)
async def test_another_request_is_no_hit(other: Ask) -> None:
    world = World()
    await answered(world, ask())
    assert (await answered(world, other)).cached_from is None


async def test_another_version_is_no_hit() -> None:
    world = World()
    await answered(world, ask())
    await world.knows([ALL])
    assert (await answered(world, ask())).cached_from is None


async def test_refresh_answers_anew_and_replaces_and_off_leaves_no_trace() -> None:
    world = World()
    await answered(world, ask())
    world.models["small"].output = "request"
    assert (await answered(world, ask(cache="off"))).output == "request"
    assert (await answered(world, ask())).output == "risk"
    fresh = await answered(world, ask(cache="refresh"))
    hit = await answered(world, ask())
    assert (hit.output, hit.cached_from) == ("request", fresh.result_id)


async def test_a_cleared_cache_has_no_hits() -> None:
    world = World()
    await answered(world, ask())
    await world.knows(epoch=Epoch(1))
    assert (await answered(world, ask())).cached_from is None


@pytest.mark.parametrize("drop", [Drop("classification"), Drop(version="small"), Drop("classification_v1", "base")])
async def test_what_was_dropped_by_template_or_version_has_no_hits(drop: Drop) -> None:
    world = World()
    await answered(world, ask())
    await world.knows(epoch=Epoch(parts={drop: 1}))
    assert (await answered(world, ask())).cached_from is None


async def test_what_was_not_dropped_has_hits() -> None:
    world = World()
    first = await answered(world, ask())
    await world.knows(epoch=Epoch(parts={Drop("qa_with_context"): 1, Drop("classification", "large"): 3}))
    assert (await answered(world, ask())).cached_from == first.result_id


async def test_a_trained_versions_answers_go_by_its_id_and_by_no_template_since_it_sees_none() -> None:
    world = World()
    await world.knows([ALL])
    first = await answered(world, ask())
    assert first.version_id == VERSION
    await world.knows([ALL], epoch=Epoch(parts={Drop("classification"): 1, Drop(version="base"): 1}))
    assert (await answered(world, ask())).cached_from == first.result_id
    await world.knows([ALL], epoch=Epoch(parts={Drop(version=VERSION): 1}))
    assert (await answered(world, ask())).cached_from is None


async def test_an_answer_that_fails_its_checks_is_not_kept() -> None:
    world = World()
    world.models["small"].output = "poetry"
    assert not (await answered(world, ask(model="small"))).passed
    assert (await answered(world, ask(model="small"))).cached_from is None


async def test_an_answer_that_fails_its_checks_has_a_stronger_model_asked() -> None:
    world = World()
    world.models["small"].output = "poetry"
    found = await answered(world, ask())
    assert (found.model, found.label, found.passed) == ("middle", "risk", True)
    first, second = last(world).attempts
    assert (first.model, first.error, first.cost_usd > 0, second.error) == ("small", "quality", True, "")
    assert found.cost_usd == last(world).cost_usd != first.cost_usd


async def test_where_the_stronger_one_is_no_better_its_answer_is_not_given_nor_billed() -> None:
    world = World()
    world.models["small"].output = world.models["middle"].output = "poetry"
    found = await answered(world, ask())
    assert (found.model, found.passed) == ("small", False)
    assert [(a.model, a.error) for a in last(world).attempts] == [("small", ""), ("middle", "quality")]
    world.models["middle"].fails = "unavailable"
    assert (await answered(world, ask(cache="off"))).model in ("small", "large")


async def test_where_no_stronger_one_answers_the_calls_to_them_are_listed_all_the_same() -> None:
    world = World()
    world.models["small"].output = "poetry"
    world.models["middle"].fails = world.models["large"].fails = "unavailable"
    found = await answered(world, ask())
    assert (found.model, found.passed) == ("small", False)
    assert [(a.model, a.error) for a in found.attempts][:2] == [("small", ""), ("middle", "unavailable")]
    assert {a.model for a in found.attempts} == {"small", "middle", "large"}
    assert last(world).attempts == found.attempts


async def test_a_trained_version_answers_its_share() -> None:
    world = World()
    await world.knows([ALL])
    found = await answered(world, ask())
    assert (found.version_id, found.approach, found.output, found.template) == (VERSION, "finetuned", "request", None)
    assert (found.decision.assigned_by, found.decision.revision) == ("share", 3)
    assert world.student.asked[0].artifact == "file:///models/x"


async def test_when_the_artifact_fails_the_base_answers_and_the_attempt_is_kept() -> None:
    world = World()
    world.student.fails = "unavailable"
    await world.knows([ALL])
    found = await answered(world, ask())
    assert (found.version_id, found.approach, found.model) == ("base", "direct", "small")
    assert [(attempt.model, attempt.error) for attempt in last(world).attempts] == [
        (VERSION, "unavailable"),
        ("small", ""),
    ]
    decision = last(world).decision
    assert (decision.assigned_by, decision.assigned_version, decision.fell_back) == ("share", VERSION, True)
    assert (await answered(world, ask())).cached_from is None  # nor may it stand in for the version


async def test_the_next_best_answers_when_the_best_fails() -> None:
    world = World()
    world.models["small"].fails = "rate_limited"
    assert (await answered(world, ask())).model == "middle"


async def test_what_has_failed_three_times_is_left_out() -> None:
    world = World()
    world.models["small"].fails = "timeout"
    for _ in range(4):
        await answered(world, ask(cache="off"))
    assert len(world.models["small"].asked) == 3


async def test_when_all_are_down_it_says_what_was_tried_and_records_the_failure() -> None:
    world = World()
    for model in world.models.values():
        model.fails = "unavailable"
    error = await failed(world, ask())
    assert isinstance(error, NoAnswerError)
    assert (error.status, error.type) == (503, "providers-down")
    tried = ["small", "small", "middle", "large", "large"]  # the first choice and the last are asked again
    assert error.extra["tried"] == [{"model": name, "error": "unavailable"} for name in tried]
    assert [attempt.model for attempt in last(world).attempts] == tried
    assert (last(world).outcome, last(world).output) == ("failed", None)


async def test_tries_are_bounded() -> None:
    world = World(settings=settings(attempts=2))
    for model in world.models.values():
        model.fails = "unavailable"
    await failed(world, ask())
    assert {attempt.model for attempt in last(world).attempts} == {"small", "middle"}


async def test_a_request_that_its_provider_refuses_is_not_tried_elsewhere() -> None:
    world = World()
    world.models["small"].fails = "bad_request"
    error = await failed(world, ask())
    assert (error.status, error.type) == (400, "provider-refused")
    assert [attempt.error for attempt in last(world).attempts] == ["bad_request"]
    assert last(world).outcome == "failed"


async def test_a_pinned_model_has_no_stand_in() -> None:
    world = World()
    world.models["middle"].fails = "unavailable"
    assert isinstance(await failed(world, ask(model="middle")), NoAnswerError)


async def test_the_deadline_leaves_time_for_the_next() -> None:
    world = World()
    world.models["small"].hangs = True
    world.models["middle"].hangs = True
    asked = ask(deadline_s=0.2)
    calling = asyncio.create_task(answered(world, asked))
    await world.models["small"].was_asked.wait()
    calling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await calling
    assert world.models["small"].asked[0].limits.total_s == pytest.approx(0.1, abs=0.05)


async def test_measured_quality_changes_the_choice() -> None:
    world = World()
    known = [
        QualityMeasured(tenant=tenant, task_type="classification", model=name, score=score, n=100, interval=(0, 1))
        for tenant, name, score in [("*", "small", 0.05), ("acme", "middle", 0.95), ("other", "large", 0.99)]
    ]
    await world.knows(quality=known)
    assert (await answered(world, ask())).model == "middle"


async def test_a_client_that_hangs_up_makes_a_cancelled_prediction() -> None:
    world = World()
    await answer(ask(), world.parts, hung_up)
    assert last(world).outcome == "cancelled"


async def test_a_request_that_is_stopped_midway_is_recorded_all_the_same() -> None:
    world = World()
    world.models["small"].hangs = True
    calling = asyncio.create_task(answered(world, ask()))
    await world.models["small"].was_asked.wait()
    calling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await calling
    assert (last(world).outcome, last(world).output) == ("cancelled", None)


async def test_an_answer_that_nobody_records_is_not_given() -> None:
    world = World()
    world.store.away = True
    assert isinstance(await failed(world, ask()), NotRecordedError)


async def test_a_failure_that_nobody_records_stays_that_failure() -> None:
    world = World()
    world.store.away = True
    for model in world.models.values():
        model.fails = "unavailable"
    assert isinstance(await failed(world, ask()), NoAnswerError)


async def test_text_beyond_the_limit_stays_out_of_the_event() -> None:
    world = World(settings=settings(text_limit_bytes=1_024))
    await answered(world, ask("x" * 2_000))
    assert (last(world).text_omitted, bytes(last(world).input), last(world).output) == ("too_large", b"null", None)
    assert last(world).cost_usd > 0


async def test_a_text_too_long_for_the_model_that_was_named_is_worked_on_in_parts() -> None:
    """Though a model with a larger window is there: it was not named."""
    world = World()
    text = "The board met on Monday. " * 400
    found = await answered(world, ask(text, task_type=TaskType.SUMMARY, model="small", labels=()))
    assert found.model == "small"
    assert len(world.models["small"].asked) > 5
    assert not world.models["large"].asked


@pytest.mark.parametrize(
    "sentence",
    [
        "董事会星期一开会讨论预算。",
        "اجتمع مجلس الإدارة يوم الاثنين. ",
        "🙂👩\u200d🚀",
        '"\n',
        "The board met on Monday. ",
    ],
    ids=["chinese", "arabic", "emoji", "escapes", "english"],
)
async def test_a_long_text_is_worked_on_in_parts_in_whatever_script(sentence: str) -> None:
    """It is longer than all windows, of which the largest holds 10,000 tokens."""
    world = World()
    text = sentence * (60_000 // len(sentence.encode()))
    found = await answered(world, ask(text, task_type=TaskType.SUMMARY, labels=()))
    assert found.model == "large"
    asked = [request.document for request in world.models["large"].asked]
    assert len(asked) > 2
    assert all(len(part.encode()) <= 40_000 for part in asked)
    assert "\ufffd" not in "".join(asked)


async def test_own_messages_go_to_the_model_as_they_are() -> None:
    world = World()
    await answered(world, ask(own_prompt=True))
    await answered(world, ask(own_prompt=False))
    own, ours = (request.messages for request in world.models["small"].asked)
    assert own == ask().messages
    assert isinstance(ours, list)
    assert ours[0]["role"] == "system"


async def test_a_template_and_its_variables_reach_the_model_and_the_event() -> None:
    world = World()
    asked = ask(task_type=TaskType.SUMMARY, template="executive_summary_short", variables={"audience": "the $board"})
    found = await answered(world, asked)
    messages = world.models["small"].asked[0].messages
    assert isinstance(messages, list)
    (system, user) = messages
    assert (found.template, last(world).template) == ("executive_summary_short_v1", "executive_summary_short_v1")
    assert "Write for the $board, in" in system["content"]
    assert "Please send it." in user["content"]


@pytest.mark.parametrize(
    ("how", "kind"),
    [
        ({"template": "nobody"}, UnknownTemplateError),
        ({"template": "risk_assessment"}, TemplateForOtherTaskError),
        ({"variables": {"mood": "bad"}}, UnknownVariableError),
        ({"own_prompt": True, "variables": {"mood": "bad"}}, NoTemplateError),
        ({"own_prompt": True, "cot": True}, NoTemplateError),
    ],
)
async def test_what_a_template_cannot_do_is_refused_before_a_model_is_asked(
    how: dict[str, Any], kind: type[RefusedError]
) -> None:
    world = World()
    assert type(await failed(world, ask(**how))) is kind
    assert not any(model.asked for model in world.models.values())


async def test_thoughts_are_no_part_of_the_answer() -> None:
    world = World()
    world.models["small"].output = f"It sounds like a request.\n{MARKER}\nrisk"
    found = await answered(world, ask(cot=True))
    assert (found.output, found.label, last(world).output) == ("risk", "risk", "risk")


async def test_a_chat_about_a_document_needs_no_template() -> None:
    world = World()
    found = await answered(world, ask(task_type=TaskType.CHAT))
    assert found.template is None
    assert world.models["small"].asked[0].messages == ask().messages


SHORT = Arm(name="short", share=100, template="executive_summary_short")
IN_SESSION = ask(task_type=TaskType.SUMMARY, session="s")


async def test_a_unit_of_an_experiment_has_its_arms_template() -> None:
    world = World()
    await world.knows(experiments=[experiment("e1", SHORT, task_type="summary")])
    found = await answered(world, IN_SESSION)
    assert (found.template, found.decision.assigned_by) == ("executive_summary_short_v1", "experiment")
    assert (last(world).experiment, last(world).decision.experiment) == ("e1:short", "e1:short")
    messages = world.models["small"].asked[0].messages
    assert isinstance(messages, list)
    assert "two or three sentences" in messages[1]["content"]


async def test_what_was_answered_before_counts_in_no_experiment() -> None:
    world = World()
    await world.knows(experiments=[experiment("e1", SHORT, task_type="summary")])
    await answered(world, IN_SESSION)
    assert (await answered(world, IN_SESSION)).cached_from is not None
    assert last(world).experiment is None


async def test_an_arms_model_answers_with_the_others_behind_it() -> None:
    world = World()
    await world.knows([ALL], experiments=[experiment("e1", Arm(name="large", share=100, model="large"))])
    assert (await answered(world, ask(session="s"))).model == "large"
    world.models["large"].fails = "unavailable"
    found = await answered(world, ask(session="s", cache="off"))
    assert (found.model, found.experiment) == ("small", "e1:large")
    assert (last(world).decision.fell_back, last(world).decision.reasons[-1]) == (
        True,
        "large did not answer, or not well enough, so the catalogue's models were asked.",
    )


async def test_an_arm_that_names_no_model_falls_back_on_none() -> None:
    world = World()
    await world.knows(experiments=[experiment("e1", Arm(name="routed", share=100))])
    world.models["small"].fails = "unavailable"
    found = await answered(world, ask(session="s"))
    assert (found.model, found.experiment, found.decision.fell_back) == ("middle", "e1:routed", False)


async def test_an_arms_answer_that_a_stronger_model_had_to_better_is_not_the_arms() -> None:
    world = World()
    await world.knows(experiments=[experiment("e1", Arm(name="small", share=100, model="small"))])
    world.models["small"].output = "neither"
    found = await answered(world, ask(session="s"))
    assert (found.model, found.output, found.decision.fell_back) == ("middle", "risk", True)


async def test_an_arms_version_goes_before_the_share() -> None:
    world = World()
    arm = Arm(name="v", share=100, version_id=VERSION)
    await world.knows([assigned({"base": 100, VERSION: 0})], experiments=[experiment("e1", arm)])
    found = await answered(world, ask(session="s"))
    assert (found.version_id, found.decision.assigned_by, found.decision.assigned_version) == (
        VERSION,
        "experiment",
        VERSION,
    )


@pytest.mark.parametrize(
    "how",
    [
        {"session": None},
        {"template": "executive_summary_medium"},
        {"cot": True},
        {"variables": {"max_words": "9"}},  # which the arm's template does not know
        {"model": "middle"},
        {"model": "auto:premium"},
        {"tenant": "other"},
    ],
)
async def test_who_chose_himself_is_in_no_experiment(how: dict[str, Any]) -> None:
    world = World()
    await world.knows(experiments=[experiment("e1", SHORT, task_type="summary")])
    found = await answered(world, replace(IN_SESSION, **how))
    assert found.experiment is None
    assert found.decision.assigned_by != "experiment"
    assert found.template == "executive_summary_medium_v1"


@pytest.mark.parametrize(
    "arm",
    [
        Arm(name="x", share=50, template="nobody"),
        Arm(name="x", share=50, template="classification"),
        Arm(name="x", share=50, model="nobody"),
        Arm(name="x", share=50, version_id="summary-0a1b2c3d"),
    ],
)
async def test_an_arm_that_nothing_here_can_serve_takes_its_experiment_out(arm: Arm) -> None:
    world = World()
    control = Arm(name="control", share=50)
    await world.knows(experiments=[experiment("e1", control, arm, task_type="summary")])
    for session in ("a", "b", "c", "d"):
        assert (await answered(world, replace(IN_SESSION, session=session, cache="off"))).experiment is None


async def test_a_request_that_needs_more_than_an_arms_model_can_is_in_no_arm() -> None:
    world = World()
    await world.knows(experiments=[experiment("e1")])
    assert (await answered(world, ask(session="s", capabilities=frozenset({"tools"})))).experiment is None
