from ratchet_common.inbound import ByName

TWICE = ByName({"type": "http", "headers": [(b"a", b"1"), (b"b", b"2"), (b"a", b"3")]})


def test_of_a_name_that_stands_there_twice_the_first_counts() -> None:
    assert (TWICE["A"], TWICE.get("a"), TWICE.getlist("a")) == ("1", "1", ["1", "3"])


def test_a_name_that_is_missing_has_the_default() -> None:
    assert (TWICE.get("c"), TWICE.get("c", "4"), "c" in TWICE, "B" in TWICE) == (None, "4", False, True)
