import pytest

from ratchet_student.sentences import LONGEST, MAX_SENTENCES, sentences


def said(document: str) -> list[str]:
    return [str(sentence) for sentence in sentences(document)]


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ("It rained. We left.", ["It rained.", "We left."]),
        (
            "Dr. Lind met J. Roe at 5 p.m. today. It was 3.5 km.",
            ["Dr. Lind met J. Roe at 5 p.m. today.", "It was 3.5 km."],
        ),
        ("Really?! Yes , it is .", ["Really?!", "Yes, it is."]),
        ("“Good.” He left.", ["“Good.”", "He left."]),
        ("- [ ] buy milk\n2. do it", ["buy milk", "do it"]),
        ("今日は雨です。行きません。", ["今日は雨です。", "行きません。"]),
        ("Chair: We start. Who is here?", ["Chair: We start.", "Chair: Who is here?"]),
        ("[PERSON_1]: We start.", ["[PERSON_1]: We start."]),
        ("See http://example.org/a for more", ["See http://example.org/a for more"]),
        ("10:30 start", ["10:30 start"]),
        ("Chair: {pause}", []),
        ("", []),
        ("...\n--\n", []),
    ],
)
def test_a_document_comes_apart_into_its_sentences(document: str, expected: list[str]) -> None:
    assert said(document) == expected


def test_what_never_ends_is_cut() -> None:
    assert [len(text.split()) for text in said("word " * (2 * LONGEST + 5))] == [LONGEST, LONGEST, 5]


def test_a_text_without_spaces_is_cut_by_characters() -> None:
    assert [len(text) for text in said("雨" * (LONGEST + 7))] == [LONGEST, 7]


def test_a_long_document_is_read_up_to_a_limit() -> None:
    assert len(sentences("It rained. " * (MAX_SENTENCES + 100))) == MAX_SENTENCES


@pytest.mark.parametrize(
    "text", [" " * 500_000, ". " * 250_000, "a" + " " * 500_000 + "b", "\n" * 500_000, "Ab: " * 90_000]
)
def test_a_hostile_document_ends(text: str) -> None:
    assert len(sentences(text)) <= MAX_SENTENCES
