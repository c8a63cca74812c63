"""What is counted of a user who was forgotten leads to nobody."""

from datetime import UTC, datetime

from ratchet_common.forgotten import Person
from ratchet_common.persons import digest
from ratchet_monitor.observations import observation_of
from ratchet_monitor.scores import by_result, score_of
from ratchet_monitor.unlinking import made_up, of_nobody
from tests.unit.trainer.make_data import made, said

NOW = datetime(2026, 11, 26, tzinfo=UTC)
ANN = Person("acme", digest("acme", "ann"), NOW)


def test_one_stands_for_all_of_a_persons_facts_and_no_other_key_gives_it() -> None:
    assert made_up(ANN, b"k") == made_up(ANN, b"k") != made_up(ANN, b"l")
    assert made_up(ANN, b"k") not in (ANN.name, made_up(ANN._replace(tenant="globex"), b"k"))
    assert len(made_up(ANN, b"k")) == len(ANN.name)


def test_an_answer_that_comes_later_counts_and_its_unit_is_nobodys() -> None:
    event = made(user="ann", unit="ann")
    seen = observation_of(of_nobody(event), NOW)
    assert (seen.result_id, seen.cost, seen.at) == (event.result_id, 10_000_000, observation_of(event, NOW).at)
    assert seen.unit != ANN.name
    assert observation_of(of_nobody(made(user="ann", unit="s1")), NOW).unit == digest("acme", "s1")


def test_words_that_come_later_count_once_a_result() -> None:
    first = said(user_id="ann", user="ann", unit="ann", score=0.0, rating="negative")
    second = said(user_id="ann", user="ann", unit="ann", result_id=first.result_id, revision=2, score=1.0)
    words = [score_of(of_nobody(event), NOW) for event in (first, second)]
    assert all(ANN.name not in (word.user, word.unit) for word in words)
    scored = by_result(words)[first.result_id]
    assert (scored.score, scored.users) == (1_000_000, 1)
