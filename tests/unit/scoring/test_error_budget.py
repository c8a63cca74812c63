import pytest

from ratchet_scoring.error_budget import Budget


@pytest.mark.parametrize("arms", [2, 3, 5])
@pytest.mark.parametrize("guard_rails", [0, 1, 4])
def test_all_parts_together_are_the_budget(arms: int, guard_rails: int) -> None:
    budget = Budget()
    spent = (arms - 1) * budget.of_gain(arms=arms, guard_rails=guard_rails)
    if guard_rails:
        one_side = budget.of_guard_rail(arms=arms, guard_rails=guard_rails) / 2
        spent += (arms - 1) * guard_rails * one_side
    assert spent == pytest.approx(0.05)


def test_one_arm_without_guard_rails_has_it_all() -> None:
    assert Budget().of_gain(arms=2) == 0.05
    assert Budget().of_gain(arms=2, guard_rails=1) == pytest.approx(0.04)
    assert Budget().of_guard_rail(arms=2, guard_rails=1) == pytest.approx(0.02)


def test_what_is_no_budget_is_refused() -> None:
    with pytest.raises(ValueError, match="no budget"):
        Budget(verdicts=0.0)
    with pytest.raises(ValueError, match="arms"):
        Budget().of_gain(arms=1)
    with pytest.raises(ValueError, match="guard-rails"):
        Budget().of_guard_rail(arms=2, guard_rails=0)
