"""What trainings cost has a bound of its own, and the time of a word decides which counts."""

from datetime import timedelta
from decimal import Decimal

import pytest

from ratchet_common.events import CostIncurred
from ratchet_monitor.observations import ImplausibleError
from ratchet_monitor.store.incurred import latest
from tests.unit.monitor.make import NOW

KEPT = timedelta(days=400)


def word(usd: str) -> CostIncurred:
    return CostIncurred(
        tenant="acme", occurred_at=NOW, kind="training", about="j1", task_type="summary", cost_usd=Decimal(usd)
    )


def test_a_training_may_cost_more_than_an_answer() -> None:
    _, written = latest(word("12000"), KEPT)
    assert written["$set"]["cost"] == 12_000 * 10**9
    with pytest.raises(ImplausibleError, match="0 to 1000000 USD"):
        latest(word("1000000.01"), KEPT)


def test_only_an_earlier_word_is_replaced_whatever_it_cost() -> None:
    replaced, written = latest(word("2"), KEPT)
    assert replaced == {"_id": "j1|training|acme", "at": {"$not": {"$gte": NOW}}}
    assert (written["$set"]["at"], written["$set"]["until"]) == (NOW, NOW + KEPT)
