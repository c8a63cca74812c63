from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratchet_common import conversation
from ratchet_common.vocabulary import TaskType
from ratchet_router.ask import Example
from ratchet_router.assembly import MissingVariableError, UnknownVariableError, assembled, undressed
from ratchet_router.reasoning import INSTRUCTION
from ratchet_router.template import Template, Variable
from ratchet_router.template_files import read_templates
from tests.unit.router.asks import ask
from tests.unit.router.templates import template

CLASSIFICATION = read_templates().versions["classification"][1].template
QA = read_templates().versions["qa_with_context"][1].template
TONED = template(
    system="Be $tone, for $who.\n\nThe topic is $topic.",
    variables={
        "document": Variable(required=True),
        "tone": Variable(default="dry"),
        "who": Variable(required=True, description="the reader"),
        "topic": Variable(),
    },
)


def said(one: Template, document: str = "Text.", **how: Any) -> list[dict[str, Any]]:
    return assembled(one, ask(document, **how))


def test_labels_question_and_examples_are_put_in() -> None:
    messages = said(
        CLASSIFICATION,
        "It costs $document and ${question}, {labels}.",
        question="Is it dear?",
        labels=("yes", "no"),
        examples=(Example("It is free.", "no"), Example("It is not.", "yes", "Is it free?")),
    )
    assert [message["role"] for message in messages] == ["system", "user", "assistant", "user", "assistant", "user"]
    assert "It is free." in messages[1]["content"]
    assert "Is it dear?" not in messages[1]["content"]
    assert (messages[2]["content"], messages[4]["content"]) == ("no", "yes")
    assert "Is it free?" in messages[3]["content"]
    asked = messages[5]["content"]
    assert "Classes: yes, no" in asked
    assert "It costs $document and ${question}, {labels}." in asked
    assert "Is it dear?" in asked


def test_nothing_is_said_of_what_is_not_there() -> None:
    (system, asked) = said(CLASSIFICATION, labels=())
    assert "Classes" not in asked["content"]
    assert "$" not in system["content"] + asked["content"]


@given(text=st.text(alphabet="${}documentwhone %s\n", min_size=1), tone=st.text(alphabet="${}topic %s", min_size=1))
def test_texts_are_never_expanded(text: str, tone: str) -> None:
    (system, asked) = said(TONED, text, variables={"who": "$document", "tone": f"x{tone}", "topic": "{who}"})
    assert asked["content"] == text
    assert system["content"] == f"Be x{tone}, for $document.\n\nThe topic is {{who}}."


def test_a_default_stands_in_and_an_optional_paragraph_goes() -> None:
    assert said(TONED, variables={"who": "me"})[0]["content"] == "Be dry, for me."
    assert said(TONED, variables={"who": "me", "tone": " "})[0]["content"] == "Be dry, for me."


@pytest.mark.parametrize("variables", [{}, {"who": ""}, {"who": " \n"}])
def test_a_missing_variable_is_named_with_its_template(variables: dict[str, str]) -> None:
    with pytest.raises(MissingVariableError) as refused:
        said(TONED, variables=variables)
    assert refused.value.detail == "variables.who: the template ours_v1 needs it (the reader)."
    assert refused.value.extra["template"] == "ours_v1"
    assert refused.value.extra["errors"] == [
        {"field": "variables.who", "message": "the template ours_v1 needs it (the reader)"}
    ]


def test_a_question_that_a_template_needs_is_a_field_of_the_request() -> None:
    asking = template(
        user="$document\n\n$question", variables={"document": Variable(), "question": Variable(required=True)}
    )
    with pytest.raises(MissingVariableError, match=r"^question: the template ours_v1 needs it"):
        said(asking)
    assert said(asking, question="Why?")[1]["content"] == "Text.\n\nWhy?"


def test_an_unknown_variable_is_answered_with_the_declared_ones() -> None:
    with pytest.raises(UnknownVariableError, match=r"^variables\.mood: .* it declares tone, topic, who\.") as refused:
        said(TONED, variables={"who": "me", "mood": "bad"})
    assert refused.value.extra["declared"] == ["tone", "topic", "who"]
    with pytest.raises(UnknownVariableError, match="it declares none"):
        said(CLASSIFICATION, variables={"mood": "bad"})


@pytest.mark.parametrize("name", ["document", "question", "labels"])
def test_what_the_request_has_a_field_for_is_no_variable(name: str) -> None:
    with pytest.raises(UnknownVariableError, match="has a field of its own"):
        said(CLASSIFICATION, variables={name: "x"})


def test_thinking_aloud_is_told_last() -> None:
    assert INSTRUCTION not in said(QA)[0]["content"]
    assert said(QA, cot=True)[0]["content"].endswith(INSTRUCTION)
    assert said(template(reasoning=True))[0]["content"].endswith(INSTRUCTION)


def test_the_schema_of_the_answer_is_told() -> None:
    schema = '{"type": "object"}'
    assert said(template(output_schema=schema))[0]["content"].endswith(schema)
    assert said(template(output_schema=schema), note="It is part 2.")[0]["content"].startswith(
        "Summarise.\n\nIt is part 2."
    )


def test_several_documents_are_numbered() -> None:
    texts = ["First.", "Second: [1]"]
    messages = msgspec.Raw(msgspec.json.encode(conversation.as_messages(texts, "Why?")))
    asked = said(template(), "First.\n\nSecond: [1]", documents=2, messages=messages)[1]["content"]
    assert asked == "[1]\nFirst.\n\n[2]\nSecond: [1]"


def test_a_task_without_a_template_keeps_its_messages_and_examples() -> None:
    bare = ask(task_type=TaskType.CHAT)
    assert undressed(bare) is bare.messages
    messages = undressed(ask("Hello.", task_type=TaskType.CHAT, examples=(Example("Hi.", "Hi!"),)))
    assert isinstance(messages, list)
    assert [(message["role"], message["content"]) for message in messages] == [
        ("user", "Hi."),
        ("assistant", "Hi!"),
        ("user", "Hello."),
    ]
