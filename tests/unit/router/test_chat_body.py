import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest

from ratchet_common.auth import Caller
from ratchet_common.vocabulary import TaskType, UnknownTaskError
from ratchet_router.api.chat_body import InvalidChatError, read_chat
from ratchet_router.priorities import Priorities

GATEWAY = Path(__file__).parents[3] / "docs" / "gateway.md"
CALLER = Caller("digest", "acme", frozenset())
MESSAGES = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Please send it."}]


def body(**how: Any) -> bytes:
    given: dict[str, Any] = {"model": "auto", "messages": MESSAGES}
    return json.dumps(given | how).encode()


def test_what_is_not_ours_passes_through_as_it_came() -> None:
    ask = read_chat(body(temperature=0.25, user="ann", seed=7, stream=False, ratchet={"tags": ["x"]}), CALLER)
    assert {name: bytes(value) for name, value in ask.passed_on.items()} == {
        "temperature": b"0.25",
        "user": b'"ann"',
        "seed": b"7",
    }
    assert (ask.tenant, ask.user, ask.tags, ask.task_type, ask.own_prompt) == ("acme", "ann", ("x",), "chat", True)
    assert ask.document == "Please send it."
    assert json.loads(bytes(ask.messages)) == MESSAGES


def test_the_task_is_the_bodys_else_the_models_else_chat() -> None:
    assert read_chat(body(ratchet={"task": "summary"}), CALLER).task_type is TaskType.SUMMARY
    by_model = read_chat(body(model="task:qa"), CALLER)
    assert (by_model.task_type, by_model.own_prompt) == (TaskType.QA, False)
    assert read_chat(body(model="classification-0a1b2c3d"), CALLER).task_type is TaskType.CLASSIFICATION


def test_what_the_documentation_shows_is_taken() -> None:
    (example,) = re.findall(r"```python\n(.*?)```", GATEWAY.read_text(encoding="utf-8"), re.DOTALL)
    (call,) = (one for one in ast.walk(ast.parse(example)) if isinstance(one, ast.Call) and len(one.keywords) == 3)
    given = {keyword.arg: ast.literal_eval(keyword.value) for keyword in call.keywords}
    ask = read_chat(json.dumps(given.pop("extra_body") | given).encode(), CALLER)
    assert (ask.session, ask.priorities) == ("s-1", Priorities(accuracy=1, cost=2, speed=0.5))


def test_a_picture_in_it_makes_it_no_long_text() -> None:
    picture = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{'iVBORw0KGgo' * 100_000}"}}
    seen = read_chat(
        body(messages=[{"role": "user", "content": [{"type": "text", "text": "Read it."}, picture]}]), CALLER
    )
    assert seen.input_tokens < 2_000


def test_extras_are_read() -> None:
    extras = {
        "document_type": "email",
        "labels": ["a", "b", "a"],
        "requirements": {"accuracy_priority": 1, "cost_priority": 0},
        "cache": "refresh",
        "collect": False,
        "max_cost_usd": 0.5,
        "deadline_ms": 1500,
        "session_id": "s",
        "user_id": "u",
    }
    ask = read_chat(body(ratchet=extras, user="other", max_tokens=9), CALLER)
    assert (ask.labels, ask.cache, ask.collect, ask.deadline_s) == (("a", "b"), "refresh", False, 1.5)
    assert (ask.priorities.cost, ask.priorities.speed) == (0.0, 1.0)
    assert (ask.user, ask.session, str(ask.max_cost_usd), ask.max_output_tokens) == ("u", "s", "0.5", 9)


def test_who_asks_is_the_safety_identifier_else_the_user() -> None:
    named = read_chat(body(safety_identifier="s"), CALLER)
    assert (named.user, bytes(named.passed_on["safety_identifier"])) == ("s", b'"s"')
    assert read_chat(body(user="u", safety_identifier="s"), CALLER).user == "s"
    assert read_chat(body(safety_identifier="s", ratchet={"user_id": "r"}), CALLER).user == "r"


@pytest.mark.parametrize(
    ("how", "capabilities"),
    [
        ({"tools": [{"type": "function"}]}, {"tools"}),
        ({"tools": []}, set()),
        ({"response_format": {"type": "json_schema", "json_schema": {}}}, {"json"}),
        ({"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {}}]}]}, {"vision"}),
        ({"messages": [{"role": "user", "content": [{"type": "text", "text": "an image_url"}]}]}, set()),
    ],
)
def test_what_a_model_must_be_able_to_do(how: dict[str, Any], capabilities: set[str]) -> None:
    assert read_chat(body(**how), CALLER).capabilities == capabilities


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        (b"", "body"),
        (b"[1", "body"),
        (b"[]", "body"),
        (b"null", "body"),
        (b'{"model": "auto", "messages": [{"role": "user", "content": "\xff"}]}', "body"),
        (b'{"model": "auto", "messages": [{"role": "user", "content": "\\ud800"}]}', "body"),
        (b'{"model": "auto", "x": ' + b"[" * 5_000, "body"),
        (b'{"model": "auto"}', "messages"),
        (body(model=""), "model"),
        (body(model=3), "model"),
        (body(messages=[]), "messages"),
        (body(messages=[{"role": "user"}, {"content": "x"}]), "messages[1].role"),
        (body(messages=[{"role": "king", "content": "secret"}]), "messages[0].role"),
        (body(messages=[{"role": "user", "content": 7}]), "messages[0].content"),
        (body(ratchet={"requirements": {"cost_priority": 10**400}}), "ratchet.requirements.cost_priority"),
        (body(stream="yes"), "stream"),
        (body(n=0), "n"),
        (body(ratchet={"limits": {"gap_ms": 0}}), "ratchet.limits.gap_ms"),
        (body(max_tokens=0), "max_tokens"),
        (body(ratchet={"cache": "secret"}), "ratchet.cache"),
        (body(ratchet={"surprise": 1}), "ratchet"),
        (body(ratchet={"labels": ["a"] * 101}), "ratchet.labels"),
        (body(ratchet={"requirements": {"cost_priority": -1}}), "ratchet.requirements.cost_priority"),
    ],
)
def test_a_wrong_field_is_named_and_its_content_is_not_repeated(raw: bytes, field: str) -> None:
    with pytest.raises(InvalidChatError) as refused:
        read_chat(raw, CALLER)
    assert refused.value.param == field
    assert "secret" not in refused.value.detail


def test_an_unknown_task_is_answered_with_the_known_ones() -> None:
    with pytest.raises(UnknownTaskError, match="classification"):
        read_chat(body(ratchet={"task": "chess"}), CALLER)


def test_a_template_may_be_named_and_its_variables_filled() -> None:
    extras = {"task": "summary", "template": "executive_summary_short@1", "variables": {"audience": "us", "n": 3}}
    ask = read_chat(body(ratchet=extras | {"cot": True}), CALLER)
    assert (ask.template, ask.variables, ask.cot) == (extras["template"], {"audience": "us", "n": "3"}, True)
    assert not ask.own_prompt
    assert read_chat(body(ratchet={"task": "summary"}), CALLER).own_prompt
    with pytest.raises(InvalidChatError, match=r"ratchet\.variables"):
        read_chat(body(ratchet={"variables": {"audience": ["a"]}}), CALLER)
