from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratchet_scoring.agreement import agreement, consistency, krippendorff, wilson


def test_kappa_as_in_the_textbook() -> None:
    """Cohen's own sort of table: 20 both yes, 15 both no, 5 and 10 apart: kappa .4."""
    one = ["yes"] * 25 + ["no"] * 25
    other = ["yes"] * 20 + ["no"] * 5 + ["yes"] * 10 + ["no"] * 15
    found = agreement(one, other)
    assert found.accuracy == pytest.approx(0.7)
    assert found.kappa == pytest.approx(0.4)


def test_where_both_always_say_the_same_one_thing_kappa_says_nothing() -> None:
    assert agreement([1, 1], [1, 1]).kappa is None


def test_nothing_judged_is_an_error() -> None:
    with pytest.raises(ValueError, match="judged 0 and 0"):
        agreement([], [])


def test_wilsons_interval() -> None:
    assert list(wilson(8, 10)) == pytest.approx([0.4902, 0.9433], abs=1e-3)


@given(st.integers(1, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_share_lies_within_its_interval(seen: tuple[int, int]) -> None:
    low, high = wilson(*seen)
    assert 0 <= low <= seen[0] / seen[1] <= high <= 1


def test_answers_that_are_the_same_are_consistent() -> None:
    assert consistency("summary", ["a b", "a b", "a b"]) == 1
    assert consistency("classification", ["spam", "ham", "spam"]) == pytest.approx(1 / 3)
    assert consistency("classification", ["spam"]) is None


def test_alpha_is_as_krippendorff_computes_it() -> None:
    """Four observers, twelve units, values missing ("Computing Krippendorff's Alpha-Reliability", 2011): .849."""
    observers = ("1233214 12...".replace(" ", ""), "1233224125.3", ".3332342251.", "123324412 51.".replace(" ", ""))
    units = [Counter(float(one[place]) for one in observers if one[place] != ".") for place in range(12)]
    assert krippendorff((values, 1) for values in units) == pytest.approx(0.849, abs=0.0005)


def test_alpha_of_those_who_always_agree_is_one_and_of_nobody_unknown() -> None:
    assert krippendorff([({1.0: 3}, 4), ({0.0: 2}, 1)]) == 1
    assert krippendorff([({1.0: 1}, 100)]) is None
    assert krippendorff([({1.0: 3}, 4)]) is None
    assert krippendorff([]) is None


def test_alpha_counts_each_thing_that_was_judged_alike() -> None:
    apart = [({0.0: 1, 1.0: 1}, 1)] * 3 + [({1.0: 2}, 1)] * 7
    assert krippendorff([({0.0: 1, 1.0: 1}, 3), ({1.0: 2}, 7)]) == pytest.approx(krippendorff(apart))
