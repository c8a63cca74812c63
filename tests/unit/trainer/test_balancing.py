from collections import Counter
from dataclasses import replace
from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratchet_trainer.collecting.head import Head
from ratchet_trainer.datasets.balancing import Balance, balanced, can_be_even, most_of_a_type
from tests.unit.trainer.test_composing import head

ONE = head(0, "a text")
COUNTS = st.dictionaries(st.sampled_from("abcdefg"), st.integers(1, 500), min_size=1)


def heads(**of_type: int) -> list[Head]:
    kinds = [kind for kind, count in of_type.items() for _ in range(count)]
    return [replace(ONE, example_id=UUID(int=n), document_type=kind) for n, kind in enumerate(kinds)]


def kinds_of(found: list[Head]) -> Counter[str]:
    return Counter(one.kind_of_document for one in found)


@pytest.mark.parametrize(
    ("counts", "balance", "most"),
    [
        ({"email": 900, "contract": 100, "report": 20}, Balance("cap", 2.0), 200),
        ({"email": 900, "contract": 100, "report": 20}, Balance("cap", 0.001), 1),
        ({"email": 900, "contract": 60, "report": 40}, Balance("share", 0.5), 100),
        ({"email": 900, "contract": 900}, Balance("share", 0.5), 900),
        ({"email": 900, "contract": 10}, Balance("share", 0.4), 10),
        ({"email": 900}, Balance("share", 0.4), 900),
        ({"email": 900}, None, None),
        ({}, Balance("cap", 1.0), None),
    ],
)
def test_how_many_of_one_type_there_may_be(counts: dict[str, int], balance: Balance | None, most: int | None) -> None:
    assert most_of_a_type(counts, balance) == most


@given(COUNTS, st.floats(0.05, 0.95))
def test_no_type_has_more_than_its_share_where_that_can_be(counts: dict[str, int], share: float) -> None:
    most = most_of_a_type(counts, Balance("share", share))
    assert most is not None
    left = {kind: min(count, most) for kind, count in counts.items()}
    if can_be_even(counts, Balance("share", share)) and max(left.values()) > min(counts.values()):
        assert max(left.values()) <= share * sum(left.values()) + 1e-9


def test_whatever_their_order_the_same_ones_are_left_out() -> None:
    members = heads(email=60, contract=10, report=10)
    shuffled = list(members)
    Random(1).shuffle(shuffled)
    found = balanced(members, Balance("cap", 2.0), 42)
    assert kinds_of(found) == {"email": 20, "contract": 10, "report": 10}
    assert set(found) == set(balanced(shuffled, Balance("cap", 2.0), 42))
    assert set(found) != set(balanced(members, Balance("cap", 2.0), 43))


def test_what_nobody_confirmed_is_left_out_first() -> None:
    members = heads(email=40, contract=10)
    some = [replace(one, target_source="sampled") if n < 20 else one for n, one in enumerate(members)]
    found = balanced(some, Balance("cap", 0.8), 42)
    assert kinds_of(found) == {"email": 20, "contract": 10}
    assert all(one.confirmed for one in found)


def test_what_has_no_type_is_a_type() -> None:
    members = [
        replace(one, document_type=None if one.document_type == "email" else "contract")
        for one in heads(email=40, contract=10)
    ]
    assert kinds_of(balanced(members, Balance("cap", 0.8), 42)) == {"none": 20, "contract": 10}
