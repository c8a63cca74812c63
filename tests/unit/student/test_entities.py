from functools import cache

import numpy as np
import pytest

from ratchet_student import Aim, CannotLearnError, Example, Student, fit
from ratchet_student.naming import Places, form_of, read_as, words_of, written
from ratchet_student.tokens import tokens
from tests.unit.student.texts import orders


@cache
def learned() -> Student:
    return fit("entities", orders(150))


def test_entities_are_found_in_new_documents_with_their_kinds() -> None:
    held_out = orders(50, seed=1)
    told = learned().predict_many([example.document for example in held_out])
    exact = [set(one.items or ()) == set(example.target) for one, example in zip(told, held_out, strict=True)]
    assert np.mean(exact) > 0.9


def test_a_name_that_was_never_seen_is_found_by_what_stands_around_it() -> None:
    told = learned().predict("On Friday Zubrowski Ltd ordered a printer for 1250 EUR.")
    assert told.items == ("day, Friday", "firm, Zubrowski Ltd", "product, printer", "amount, 1250 EUR")
    assert told.output == "- day, Friday\n- firm, Zubrowski Ltd\n- product, printer\n- amount, 1250 EUR"


def test_what_comes_up_twice_is_listed_once() -> None:
    document = (
        "On Friday Kanto Ltd ordered a printer for 1250 EUR.\nOn Friday Kanto Ltd ordered a printer for 1250 EUR."
    )
    assert len(learned().predict(document).items or ()) == 4


@pytest.mark.parametrize("document", ["", "  \n ", "The train was late again and I had to walk."])
def test_the_list_may_be_empty(document: str) -> None:
    told = learned().predict(document)
    assert (told.output, told.items) == ("None", ())


@pytest.mark.parametrize("document", ["\x00", "\ud800 odd", "未知の文書です。", "a" * 300_000, "x\n" * 100_000])
def test_any_document_gets_a_list(document: str) -> None:
    assert 0 <= learned().predict(document).confidence <= 1


def test_items_without_kinds_are_told_without() -> None:
    plain = [Example(e.document, [item.split(", ")[1] for item in e.target]) for e in orders(60)]
    told = fit("entities", plain).predict("On Friday Kanto Ltd ordered a printer for 1250 EUR.")
    assert told.items == ("Friday", "Kanto Ltd", "printer", "1250 EUR")


def test_a_name_that_was_scrubbed_in_training_is_found_as_it_is_in_service() -> None:
    scrubbed = [
        Example(f"{greeting} [PERSON_{n}], the {thing} is there.", [f"person, [PERSON_{n}]"])
        for n in range(1, 7)
        for greeting, thing in (("Dear", "desk"), ("Hello", "lamp"), ("Good morning", "pump"))
    ]
    chatter = [Example(f"The {thing} is there, dear me.", []) for thing in ("desk", "lamp", "pump", "shed")]
    told = fit("entities", scrubbed + chatter).predict("Dear Ann Marchetti, the lamp is there.")
    assert told.items == ("person, Ann Marchetti",)


def test_entities_that_stand_in_no_document_teach_nothing() -> None:
    with pytest.raises(CannotLearnError, match="stands in 0 of the 20 documents"):
        fit("entities", [Example("It rained.", ["person, Ann"])] * 20)


def test_documents_that_are_one_entity_each_can_be_learned() -> None:
    student = fit("entities", [Example(name, [name]) for name in ("Borel", "Kanto", "Ulmer", "Brandt") * 5])
    assert student.predict("Borel").items == ("Borel",)


def test_it_is_not_sure_of_what_looks_otherwise() -> None:
    one_of_both = [["firm, Kanto"], ["firm, Brandt"]]
    noise = [Example(f"The {n} of Kanto or Brandt did {n}.", one_of_both[n % 2]) for n in range(60)]
    student = fit("entities", [*orders(120), *noise], aim=Aim(score=0.99, coverage=0.5))
    assert not student.predict("The 70 of Kanto or Brandt did 70.").sure
    assert np.mean([one.sure for one in student.predict_many([e.document for e in orders(30, seed=3)])]) > 0.8


@pytest.mark.parametrize(
    ("form", "item", "kind", "words"),
    [
        (0, "Ann Lee", "", ("ann", "lee")),
        (1, "person, Ann Lee", "person", ("ann", "lee")),
        (2, "person: Ann Lee", "person", ("ann", "lee")),
        (3, "Ann Lee (person)", "person", ("ann", "lee")),
        (4, "Ann Lee, person", "person", ("ann", "lee")),
    ],
)
def test_items_are_read_as_they_are_written(form: int, item: str, kind: str, words: tuple[str, ...]) -> None:
    named = read_as(form, item)
    assert named is not None
    assert (named.kind, named.words) == (kind, words)
    assert written(form, kind, "Ann Lee") == item


def test_the_form_is_the_one_whose_names_stand_in_the_documents() -> None:
    places = [Places(words_of("Ann Lee met Jo Roe, a person, in Oslo."))]
    assert form_of([["person, Ann Lee", "place, Oslo"]], places) == 1
    assert form_of([["Ann Lee", "Oslo"]], places) == 0


def test_tokens_know_where_they_stand() -> None:
    text = "Pay $1,234.5 to\njo@example.org: O'Neil"
    assert [text[t.start : t.end] for t in tokens(text)] == [
        *("Pay", "$", "1,234.5", "to", "jo@example.org", ":", "O", "'", "Neil")
    ]
    assert [t.line for t in tokens(text)] == [0, 0, 0, 0, 1, 1, 1, 1, 1]
