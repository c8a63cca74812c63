from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratchet_common.events import Usage
from ratchet_common.vocabulary import TaskType
from ratchet_router.citations import quotes_in, stands_in
from ratchet_router.merging import PartAnswer, best_supported, merged, once, united, used, voted

ITEMS = st.lists(st.text(alphabet="ab1 ,", max_size=12), max_size=30)


def said(output: str = "x", **how: Any) -> PartAnswer:
    return PartAnswer(output=output, **how)


def voting(*labels: str, **how: Any) -> PartAnswer:
    return voted([said(label, label=label or None, **how) for label in labels], ("risk", "request"))


@given(items=ITEMS)
def test_of_what_says_the_same_the_first_stays(items: list[str]) -> None:
    kept = once(items)
    assert once(kept) == kept
    assert set(kept) <= set(items)
    assert not items or kept[0] == items[0]
    places = [items.index(item) for item in kept]
    assert places == sorted(places)


@given(items=st.lists(st.text(alphabet="abc", min_size=1, max_size=3), max_size=30))
def test_nothing_is_lost_that_nothing_else_says(items: list[str]) -> None:
    assert once(items) == list(dict.fromkeys(items))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Ann sends the draft by Monday.", "ann sends the draft by monday", True),
        ("Ann sends the new draft to Bob by Monday", "By Monday, Ann sends the new draft to Bob soon", True),
        ("Report Q1 results to the board", "Report Q2 results to the board", False),
        ("Pay 100 euros", "Pay 200 euros", False),
        ("Ann sends the draft", "Bob books the room", False),
        ("!", "?", False),
    ],
)
def test_near_duplicates_are_one_and_other_figures_are_another(one: str, other: str, same: bool) -> None:
    assert (len(once([one, other])) == 1) is same


def test_lists_are_united_in_their_order() -> None:
    found = united([said(items=("One", "Two"), confidence=0.9), said(items=("two.", "Three"), confidence=0.4)])
    assert (found.output, found.items, found.confidence) == ("- One\n- Two\n- Three", ("One", "Two", "Three"), 0.4)
    nothing = united([said("None", items=()), said("", items=None)])
    assert (nothing.output, nothing.items, nothing.confidence) == ("", (), None)
    assert united([said("It is late."), said("It is dear.")]).items == ("It is late.", "It is dear.")


def test_json_stays_json() -> None:
    parts = [{"overall": "high", "risks": [{"risk": "Late"}, {"risk": "Dear"}]}, {"risks": [{"risk": "late"}]}]
    found = united([said(msgspec.json.encode(part).decode()) for part in parts])
    assert msgspec.json.decode(found.output) == parts[0]
    assert found.items == ("Late", "Dear")
    mixed = united([said('{"risks": [{"risk": "Late"}]}', items=("Late",)), said("- Dear", items=("Dear",))])
    assert mixed.output == "- Late\n- Dear"


def test_the_label_with_most_votes_wins_and_a_tie_goes_by_the_labels_order() -> None:
    assert (voting("request", "risk", "request").label, voting("request", "risk").label) == ("request", "risk")
    assert voting("request", "risk", "request").confidence == pytest.approx(2 / 3, abs=1e-6)
    assert voting("", "request").label == "request"
    assert voting("", "").label is None
    assert voting("other", "other").label == "other"


def test_votes_weigh_by_confidence_where_all_say_it() -> None:
    parts = [said(label="risk", confidence=0.9), *[said(label="request", confidence=0.3)] * 2]
    assert voted(parts, ()).label == "risk"
    assert voted([*parts, said(label="request")], ()).label == "request"
    assert voted([said(label="risk", confidence=0.0)], ()).confidence == 0.0


TEXTS = ["Sales rose by 4 % in May.", "Costs fell.", "Nothing of note."]


@pytest.mark.parametrize(
    ("outputs", "best"),
    [
        (["The text does not say.", "They fell.", "the text does not say"], 1),
        (['Up ["Sales rose"].', "They fell."], 0),
        (['Up ["Sales doubled"].', 'Down ["costs\nfell"].'], 1),
        (["One.", "Two."], 0),
        (["The text does not say.", "The text does not say."], 0),
        (["", "Two."], 1),
    ],
)
def test_the_answer_that_its_text_supports_is_the_best(outputs: list[str], best: int) -> None:
    assert best_supported([said(output) for output in outputs], TEXTS).output == outputs[best]


def test_of_equals_the_surer_is_better() -> None:
    assert best_supported([said("a", confidence=0.2), said("b", confidence=0.8)], TEXTS).output == "b"


def test_usage_and_cost_add_up() -> None:
    parts = [
        said(label="risk", usage=Usage(input_tokens=10, output_tokens=1), cost_usd=Decimal("0.1")),
        said(label="risk", usage=Usage(input_tokens=5, reasoning_tokens=2, estimated=True), cost_usd=Decimal("0.02")),
    ]
    found = merged(TaskType.CLASSIFICATION, parts, TEXTS, ())
    assert found.usage == Usage(input_tokens=15, output_tokens=1, reasoning_tokens=2, estimated=True)
    assert found.cost_usd == Decimal("0.12")
    assert used([said()]) == Usage()


@pytest.mark.parametrize(
    ("quote", "stands"),
    [
        ("sales ROSE\n by", True),
        ("Sales … May", True),
        ("Sales ... June", False),
        ("Sales fell", False),
        ("...", False),
    ],
)
def test_a_quotation_stands_in_its_text_or_not(quote: str, stands: bool) -> None:
    assert stands_in(quote, TEXTS[0]) is stands


def test_quotations_are_found_with_and_without_a_number() -> None:
    output = 'Up ["Sales rose"], down [2: "Costs fell"] and [12:“so on”], but "not this" [3] ["nor\x00"'
    assert quotes_in(output) == ["Sales rose", "Costs fell", "so on"]
