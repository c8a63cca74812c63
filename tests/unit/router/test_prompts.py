from ratchet_common.vocabulary import TaskType
from ratchet_router.prompts import assembled, read_prompts

PROMPTS = read_prompts()


def test_every_task_has_a_prompt_whose_id_names_it() -> None:
    assert {task: prompt.id for task, prompt in PROMPTS.items()} == {task: f"{task}_v1" for task in TaskType}


def test_labels_question_and_examples_are_put_in() -> None:
    messages = assembled(
        PROMPTS[TaskType.CLASSIFICATION],
        document="It costs $document and ${question}.",
        question="Is it dear?",
        labels=("yes", "no"),
        examples=[("It is free.", "no")],
    )
    assert [message["role"] for message in messages] == ["system", "user", "assistant", "user"]
    assert "It is free." in messages[1]["content"]
    assert messages[2]["content"] == "no"
    asked = messages[3]["content"]
    assert "Classes: yes, no" in asked
    assert "It costs $document and ${question}." in asked
    assert "Is it dear?" in asked


def test_nothing_is_said_of_what_is_not_there() -> None:
    (_, asked) = assembled(PROMPTS[TaskType.SUMMARY], document="Text.")
    assert asked["content"].endswith("Text.")
    assert "$" not in asked["content"]
