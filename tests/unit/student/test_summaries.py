from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from ratchet_student import CannotLearnError, Example, Student, fit
from ratchet_student.counts import count
from ratchet_student.reading import grams_of, read
from ratchet_student.relevance import relevance
from ratchet_student.words import size
from tests.unit.student.texts import meetings


@cache
def learned() -> Student:
    return fit("summary", meetings(60))


def test_what_was_decided_is_found() -> None:
    held_out = meetings(30, seed=1)
    told = learned().predict_many([e.document for e in held_out], [e.question for e in held_out], budget_words=20)
    assert np.mean(["So we decided" in one.output for one in told]) > 0.8


def test_the_question_decides_what_is_told() -> None:
    document = meetings(1, seed=3)[0].document
    topics = [line.split(" the ")[1].split()[0] for line in document.splitlines() if "should" in line]
    told = [learned().predict(document, f"What of the {topic}?", budget_words=16).output for topic in topics]
    assert [topic in output for topic, output in zip(topics, told, strict=True)] == [True, True]


@pytest.mark.parametrize("budget", [1, 5, 12, 30, 500])
def test_a_summary_keeps_to_its_budget(budget: int) -> None:
    told = learned().predict(meetings(1, seed=4)[0].document, "What of the roof?", budget_words=budget)
    assert 0 < size(told.output) <= budget


def test_without_a_budget_it_is_as_long_as_people_write() -> None:
    told = learned().predict(meetings(1, seed=5)[0].document)
    assert size(told.output) <= np.median([size(str(example.target)) for example in meetings(60)])


def test_sentences_stand_in_the_order_of_the_document() -> None:
    document = meetings(1, seed=6)[0].document
    lines = learned().predict(document, "What of the roof?", budget_words=60).output.splitlines()
    places = [document.index(line) for line in lines]
    assert len(lines) > 2
    assert places == sorted(places)


def test_nothing_is_said_twice() -> None:
    document = "\n".join(["We decided that the roof should be paid by the council."] * 20)
    assert learned().predict(document, "What of the roof?", budget_words=20).output.count("We decided") == 1


@pytest.mark.parametrize("document", ["", "   ", "...", "{pause}"])
def test_of_nothing_there_is_no_summary(document: str) -> None:
    told = learned().predict(document, "What of the roof?")
    assert (told.output, told.confidence) == ("", 0.0)


@pytest.mark.parametrize(
    "document", ["雨が降りました。駅まで歩きました。", "x", "\ud800 odd", "word " * 50_000, "Yes. No. So. Go."]
)
def test_any_document_gets_a_summary(document: str) -> None:
    told = learned().predict(document, "?")
    assert told.output
    assert 0 <= told.confidence <= 1


def test_empty_references_are_no_examples() -> None:
    with pytest.raises(CannotLearnError, match="reference"):
        fit("summary", [Example("A text. Another one.", " ")] * 20)


def test_references_that_have_no_word_of_their_documents_teach_nothing() -> None:
    others = [replace(example, target=f"Zzz qqq{number} xxx.") for number, example in enumerate(meetings(20))]
    with pytest.raises(CannotLearnError, match="no word"):
        fit("summary", others)


def test_references_of_single_words_teach_which_words() -> None:
    single = [replace(example, target=example.document.split()[0]) for example in meetings(20)]
    assert fit("summary", single).predict(meetings(1, seed=4)[0].document).output


def test_who_is_named_in_the_question_is_listened_to() -> None:
    reading = read("Chair: It rained all day.\nTreasurer: It rained all night.\nChair: Then it stopped.")
    about = relevance(reading, "What did the treasurer say?", count([grams_of("What did they say?")[0]]))
    assert about.named.tolist() == [False, True, False]
