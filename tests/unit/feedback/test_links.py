from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratchet_feedback.links import ExpiredLinkError, ForgedLinkError, Link, ends_at, opened, signed

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
KEY, OTHER = b"k" * 32, b"o" * 32
LINK = Link("acme", UUID(int=7), "ann@example.com", NOW + timedelta(days=1))


def test_what_was_signed_is_what_is_opened() -> None:
    assert opened(signed(LINK, KEY), [KEY], NOW) == LINK


def test_a_key_can_be_replaced_while_its_links_are_out() -> None:
    assert opened(signed(LINK, OTHER), [KEY, OTHER], NOW) == LINK
    with pytest.raises(ForgedLinkError):
        opened(signed(LINK, OTHER), [KEY], NOW)


def test_a_link_ends_and_says_when() -> None:
    assert opened(signed(LINK, KEY), [KEY], LINK.expires_at - timedelta(seconds=1))
    with pytest.raises(ExpiredLinkError, match=r"good until 2026-11-24 12:00 UTC"):
        opened(signed(LINK, KEY), [KEY], LINK.expires_at)


@pytest.mark.parametrize(
    ("asked_days", "answered_days_ago", "good_for_days"),
    [(30, None, 7), (30, 0, 7), (30, 5, 2), (30, -3, 7), (1, 5, 1), (1, None, 1), (1, 6.5, 0.5)],
)
def test_a_link_is_good_for_no_longer_than_its_answer_is_kept(
    asked_days: float, answered_days_ago: float | None, good_for_days: float
) -> None:
    answered_at = None if answered_days_ago is None else NOW - timedelta(days=answered_days_ago)
    ends = ends_at(NOW, timedelta(days=asked_days), answered_at, timedelta(days=7))
    assert ends == NOW + timedelta(days=good_for_days)


@given(st.integers(0, 200), st.sampled_from("ABCdef019-_."))
def test_whatever_is_changed_in_a_link_makes_it_a_forged_one(place: int, letter: str) -> None:
    token = signed(LINK, KEY)
    place %= len(token)
    changed = token[:place] + letter + token[place + 1 :]
    if changed != token:
        with pytest.raises(ForgedLinkError):
            opened(changed, [KEY], NOW)


@pytest.mark.parametrize("user", ["a", "ab", "abc"])  # so the body ends in none, one or two letters that fill up
def test_the_bits_of_a_last_letter_that_say_nothing_cannot_be_changed_either(user: str) -> None:
    token = signed(Link("acme", LINK.result_id, user, LINK.expires_at), KEY)
    body, mac = token.split(".")
    for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_":
        for changed in (f"{body}.{mac[:-1]}{letter}", f"{body[:-1]}{letter}.{mac}"):
            if changed != token:
                with pytest.raises(ForgedLinkError):
                    opened(changed, [KEY], NOW)
    for changed in (f"{token}=", f"{token}==", f"{body}=.{mac}", f"{body}==.{mac}"):
        with pytest.raises(ForgedLinkError):
            opened(changed, [KEY], NOW)


@pytest.mark.parametrize(
    "token", ["", ".", "x", "a.b", "\u00fc.\u00fc", "." * 5_000, "a" * 5_000, signed(LINK, KEY)[:-4]]
)
def test_what_is_no_link_is_a_forged_one(token: str) -> None:
    with pytest.raises(ForgedLinkError):
        opened(token, [KEY], NOW)


def test_somebody_else_s_claim_under_the_same_signature_is_forged() -> None:
    theirs = signed(Link("other", LINK.result_id, LINK.user_id, LINK.expires_at), OTHER)
    body, mac = theirs.split(".")[0], signed(LINK, KEY).split(".")[1]
    with pytest.raises(ForgedLinkError):
        opened(f"{body}.{mac}", [KEY], NOW)
