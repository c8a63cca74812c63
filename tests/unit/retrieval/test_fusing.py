import pytest

from ratchet_retrieval.fusing import K, fused


def test_what_both_rankings_have_comes_before_what_one_has() -> None:
    found = fused([["a", "b", "c"], ["d", "b", "a"]])
    assert [one.name for one in found] == ["a", "b", "d", "c"]
    assert found[0].ranks == (1, 3)
    assert found[0].score == pytest.approx(1 / (K + 1) + 1 / (K + 3))
    assert found[2].ranks == (None, 1)


def test_nothing_fused_is_nothing_and_one_ranking_stays_in_order() -> None:
    assert fused([[], []]) == []
    assert [one.name for one in fused([["b", "a"], []])] == ["b", "a"]


def test_a_ranking_that_weighs_more_decides() -> None:
    assert [one.name for one in fused([["a", "b"], ["b", "a"]], weights=[1.0, 2.0])] == ["b", "a"]
