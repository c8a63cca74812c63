"""An optional field of ours that is null is as if it were left out, in every shape."""

import json
from typing import Any

import msgspec
import pytest
from pydantic import BaseModel, ValidationError

from ratchet_common.auth import Caller
from ratchet_router.api.batch_items import NewItem
from ratchet_router.api.batches import NewBatch
from ratchet_router.api.chat_body import InvalidChatError, read_chat
from ratchet_router.api.embeddings import read_embeddings
from ratchet_router.api.extras import Extras, Requirements
from ratchet_router.api.generate import GenerateBody, InvalidGenerateError, read_generate
from ratchet_router.api.messages import read_message_ask
from ratchet_router.api.template_bodies import NewTemplate
from ratchet_router.ask import Ask
from ratchet_router.shapes.messages.invalid import InvalidMessagesError
from ratchet_router.shapes.responses.read import read_responses

CALLER = Caller("digest", "acme", frozenset())
TURN = [{"role": "user", "content": "Hi."}]
CHAT: dict[str, Any] = {"model": "auto", "messages": TURN}
MESSAGE = CHAT | {"max_tokens": 9}
EXTRAS = Extras.__struct_fields__
WORK: dict[str, Any] = {"task_type": "classification", "document_text": "Please send it.", "labels": ["request"]}
OPTIONAL = [name for name in GenerateBody.model_fields if name not in ("task_type", "document_text", "labels")]


def same(one: Ask, other: Ask) -> bool:
    """But for what each is drawn by."""
    return msgspec.structs.replace(one, draw="") == msgspec.structs.replace(other, draw="")


@pytest.mark.parametrize("extras", [None, {}, dict.fromkeys(EXTRAS), {"requirements": {"cost_priority": None}}])
def test_the_ratchet_object_and_its_fields_may_be_null(extras: Any) -> None:
    chat = read_chat(json.dumps(CHAT | {"ratchet": extras}).encode(), CALLER)
    assert same(chat, read_chat(json.dumps(CHAT).encode(), CALLER))
    message = read_message_ask(json.dumps(MESSAGE | {"ratchet": extras}).encode(), CALLER, {})
    assert same(message, read_message_ask(json.dumps(MESSAGE).encode(), CALLER, {}))


@pytest.mark.parametrize("name", EXTRAS)
def test_every_field_of_it_may_be_null_by_itself(name: str) -> None:
    other = {"tags": ["x"]} if name != "tags" else {"labels": ["x"]}
    there, without = (
        read_chat(json.dumps(CHAT | {"ratchet": given}).encode(), CALLER) for given in (other | {name: None}, other)
    )
    assert same(there, without)


@pytest.mark.parametrize("name", Requirements.__struct_fields__)
def test_a_priority_that_is_null_counts_as_one(name: str) -> None:
    asked = read_chat(json.dumps(CHAT | {"ratchet": {"requirements": {name: None}}}).encode(), CALLER)
    assert asked.priorities == read_chat(json.dumps(CHAT).encode(), CALLER).priorities


@pytest.mark.parametrize("extras", [None, dict.fromkeys(EXTRAS)])
def test_responses_and_embeddings_take_it_too(extras: Any) -> None:
    response = read_responses(json.dumps({"model": "auto", "input": "Hi.", "ratchet": extras}).encode())
    assert response.extras.session_id is None
    assert response.user is None
    assert "ratchet" not in response.native.fields
    body = {"model": "words", "input": "Hi."}
    there = read_embeddings(json.dumps(body | {"ratchet": extras}).encode(), CALLER)
    assert there == read_embeddings(json.dumps(body).encode(), CALLER)


@pytest.mark.parametrize("name", OPTIONAL)
def test_every_optional_field_of_a_request_for_a_task_may_be_null(name: str) -> None:
    there, without = (read_generate(json.dumps(body).encode(), CALLER) for body in (WORK | {name: None}, WORK))
    assert same(there, without)


def test_fields_of_its_parts_may_be_null() -> None:
    example = {"input": "a", "output": "b"}
    asked = [
        GenerateBody.model_validate(WORK | {"few_shot_examples": [example | more], "requirements": wanted})
        for more, wanted in (({}, {}), ({"question": None}, {"speed_priority": None}))
    ]
    assert asked[0] == asked[1]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (NewItem, {"request": WORK}),
        (NewBatch, {"items": [{"custom_id": "a", "request": WORK}]}),
        (NewTemplate, {"id": "minutes", "task_type": "summary", "system": "Sum up.", "user": "$document"}),
    ],
)
def test_other_bodies_of_ours_take_null_for_what_may_be_left_out(kind: type[BaseModel], body: dict[str, Any]) -> None:
    nulls = {name: None for name, field in kind.model_fields.items() if not field.is_required()}
    assert nulls
    assert kind.model_validate(body | nulls) == kind.model_validate(body)


def test_what_must_be_there_or_is_not_known_is_wrong_as_ever() -> None:
    for wrong in ({"task_type": None}, {"what": None}, {"labels": [None]}):
        with pytest.raises(InvalidGenerateError):
            read_generate(json.dumps(WORK | wrong).encode(), CALLER)
    with pytest.raises(ValidationError):
        NewBatch.model_validate({"items": None})
    with pytest.raises(InvalidChatError):
        read_chat(json.dumps(CHAT | {"ratchet": {"what": None}}).encode(), CALLER)
    with pytest.raises(InvalidMessagesError):
        read_message_ask(json.dumps(MESSAGE | {"ratchet": {"what": None}}).encode(), CALLER, {})
