import pytest

from ratchet_router.checking.copied_prompt import copied_prompt
from tests.unit.router.checking.subjects import subject

TOLD = "You summarise documents faithfully. Use only what the text says; keep names, dates and figures exact."


@pytest.mark.parametrize(
    "answer",
    [
        TOLD,
        f"Sure! {TOLD.upper()} The board met.",
        "My task: use only what the text says, keep names, dates, and figures exact!",
        '{"summary": "You summarise documents faithfully. Use only what the text says"}',
    ],
)
def test_a_recited_instruction_is_seen(answer: str) -> None:
    assert copied_prompt(subject(answer, instructions=TOLD)) is not None


@pytest.mark.parametrize("answer", ["", "The board met.", "It uses only what the text says about names and dates."])
def test_a_few_words_in_common_are_nothing(answer: str) -> None:
    assert copied_prompt(subject(answer, instructions=TOLD)) is None


def test_what_the_document_says_as_well_is_the_documents() -> None:
    about_prompts = f"The prompt that we agreed on is this: {TOLD}"
    assert copied_prompt(subject(TOLD, instructions=TOLD, document=about_prompts)) is None


def test_where_words_have_no_spaces_each_sign_counts() -> None:
    told = "请用不超过两句话总结下面的文字，只使用文中的内容。"
    assert copied_prompt(subject(f"好的。{told}", instructions=told)) is not None
