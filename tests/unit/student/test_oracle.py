from ratchet_student.oracle import sentences_behind
from ratchet_student.reading import grams_of, read

DOCUMENT = "Chair: Good morning.\nMember: I will call the bank on Friday.\nChair: Fine.\nMember: I will call the bank."


def behind(*items: str) -> list[int]:
    return [int(place) for place in sentences_behind(read(DOCUMENT), [grams_of(item)[0] for item in items])]


def test_an_item_is_found_in_the_sentence_most_like_it() -> None:
    assert behind("Member will call the bank on Friday") == [1]


def test_a_sentence_stands_for_one_item_only() -> None:
    assert sorted(behind("call the bank on Friday", "call the bank on Friday")) == [1, 3]


def test_an_item_that_nobody_said_has_no_sentence() -> None:
    assert behind("Paint the fence green") == [-1]


def test_nothing_is_found_in_an_empty_document() -> None:
    assert [int(place) for place in sentences_behind(read(""), [grams_of("call")[0]])] == [-1]
