"""What is held in memory is found by its marks, and never more of it than may be."""

from datetime import UTC, datetime, timedelta

from ratchet_monitor.held import Held

NOW = datetime(2026, 11, 28, tzinfo=UTC)
LATER = NOW + timedelta(days=1)


def test_what_was_made_of_other_marks_is_not_found_again() -> None:
    held = Held(1_000)
    held.keep("a", (1,), "old", 10, LATER)
    assert held.find("a", (1,), NOW) == "old"
    assert held.find("a", (2,), NOW) is None
    assert held.find("a", (1,), NOW) is None  # nobody asks for it any more
    assert (len(held), held.size) == (0, 0)


def test_what_was_used_last_stays() -> None:
    held = Held(100)
    for name in "abcd":
        held.keep(name, (), name, 25, LATER)
    assert held.find("a", (), NOW) == "a"
    held.keep("e", (), "e", 25, LATER)
    assert [name for name in "abcde" if held.find(name, (), NOW)] == ["a", "c", "d", "e"]
    assert held.size == 100


def test_one_that_comes_anew_takes_the_place_of_the_one_before() -> None:
    held = Held(100)
    for size in (10, 20):
        held.keep("a", (size,), size, size, LATER)
    assert (held.find("a", (20,), NOW), held.size, len(held)) == (20, 20, 1)


def test_what_is_too_large_is_not_held_and_none_is_where_none_may_be() -> None:
    held, none = Held(100), Held(0)
    held.keep("a", (), "a", 26, LATER)
    none.keep("a", (), "a", 1, LATER)
    assert (len(held), len(none)) == (0, 0)


def test_its_time_is_over_when_that_of_its_documents_is() -> None:
    held = Held(100)
    held.keep("a", (), "a", 1, LATER)
    assert held.find("a", (), LATER - timedelta(seconds=1)) == "a"
    assert held.find("a", (), LATER) is None


def test_what_nobody_asks_for_goes_when_its_time_is_over() -> None:
    held = Held(100)
    held.keep("a", (), "a", 10, LATER)
    held.keep("b", (), "b", 10, LATER + timedelta(hours=1))
    held.sweep(LATER)
    assert (len(held), held.size) == (1, 10)
    assert held.find("b", (), LATER) == "b"
