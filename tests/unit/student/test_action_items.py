from functools import cache

import numpy as np
import pytest

from ratchet_student import CannotLearnError, Example, Student, fit
from ratchet_student.action_items import items_of
from tests.unit.student.texts import notes


@cache
def learned() -> Student:
    return fit("action_items", notes(60))


def test_promises_are_listed_and_chatter_is_not() -> None:
    held_out = notes(30, seed=1)
    told = learned().predict_many([example.document for example in held_out])
    exact = [set(one.items or ()) == set(example.target) for one, example in zip(told, held_out, strict=True)]
    assert np.mean(exact) > 0.9


def test_the_output_has_one_item_a_line() -> None:
    told = learned().predict(
        "Chair: I will call the bank by Friday.\nMember: Good morning.\nChair: I will order paper by Monday."
    )
    assert told.output == "- I will call the bank by Friday.\n- I will order paper by Monday."
    assert told.items == ("I will call the bank by Friday.", "I will order paper by Monday.")


@pytest.mark.parametrize("document", ["", "Chair: Good morning to you all."])
def test_the_list_may_be_empty(document: str) -> None:
    told = learned().predict(document)
    assert (told.output, told.items) == ("None", ())


def test_items_say_who_where_people_wrote_it() -> None:
    lines = [(f"Member: I will {task}.", f"Member will {task}") for task in ("call Jo", "buy ink", "sweep up", "sing")]
    examples = [
        Example(f"Chair: It rained a lot.\n{said}\nChair: Fine, thank you.", [item]) for said, item in lines * 5
    ]
    assert fit("action_items", examples).predict("Chair: It rained.\nMember: I will call Jo.").items == (
        "Member: I will call Jo.",
    )


@pytest.mark.parametrize(
    ("target", "items"),
    [
        ("- call Jo\n* buy ink\n\n3. sing", ["call Jo", "buy ink", "sing"]),
        (["call Jo", ""], ["call Jo"]),
        ("None.", []),
        ([], []),
    ],
)
def test_targets_are_lists_or_lines(target: str | list[str], items: list[str]) -> None:
    assert items_of(target) == items


@pytest.mark.parametrize("target", [[], ["paint the fence green"]])
def test_items_that_stand_in_no_document_teach_nothing(target: list[str]) -> None:
    with pytest.raises(CannotLearnError, match="stands in 0 of"):
        fit("action_items", [Example("Good morning. It rained.", target)] * 20)


def test_documents_that_are_all_items_teach_nothing() -> None:
    with pytest.raises(CannotLearnError, match="Every sentence is an item"):
        fit("action_items", [Example("I will call the bank.", ["I will call the bank."])] * 20)
