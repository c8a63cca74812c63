import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ratchet_trainer.collecting.preparing import prepare
from ratchet_trainer.privacy.names import find_names
from ratchet_trainer.privacy.recognisers import PIECE, find_private
from ratchet_trainer.privacy.scrubbing import scrub
from ratchet_trainer.privacy.spans import Span, apart

MARKED = Path(__file__).parents[4] / "shared/data/pii_synthetic/sentences.json"


def scrubbed(*texts: str) -> tuple[str, ...]:
    (prepared,) = prepare([texts])
    return prepared.texts


@pytest.mark.parametrize("odd", ["A-", "e", "\t", " ", "|", "* "])
def test_what_says_one_thing_over_and_over_is_scrubbed_in_the_time_of_any_text(odd: str) -> None:
    """Where it took the square of its length, these took hours, and nothing else was collected meanwhile."""
    document = f"Dear Ann Lee! {odd * (100_000 // len(odd))}!"
    assert scrubbed(document) == (document.replace("Ann Lee", "[PERSON_1]"),)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("mail ann@example.com now", "mail [EMAIL_1] now"),
        ("call (212) 555-0143 or +44 20 7946 0958", "call [PHONE_1] or [PHONE_2]"),
        ("my phone: 60-56-85-91", "my phone: [PHONE_1]"),
        ("SSN 536-90-4399", "SSN [SSN_1]"),
        ("card 4111 1111 1111 1111.", "card [CREDIT_CARD_1]."),
        ("IBAN GB33BUKB20201555555555", "IBAN [IBAN_1]"),
        ("from 192.0.2.17 at 00:1A:2B:3C:4D:5E", "from [IP_1] at [MAC_1]"),
        ("see https://example.com/a?id=7.", "see [URL_1]."),
        ("Dear Ann Lee,\nplease pay.", "Dear [PERSON_1],\nplease pay."),
        ("My SSN is 123-45-6789, not 078-05-1120", "My SSN is [SSN_1], not [SSN_2]"),
        ("to gb33bukb20201555555555 or de89 3704 0044 0532 0130 00", "to [IBAN_1] or [IBAN_2]"),
        ("IBAN DE89\u00a03704\u00a00044\u00a00532\u00a00130\u00a000", "IBAN [IBAN_1]"),
        ("ann@files.internal, ann@localhost, ann%40example.com", "[EMAIL_1], [EMAIL_2], [EMAIL_3]"),
        ("ann.lee (at) example.com, ａｎｎ＠ｅｘａｍｐｌｅ．ｃｏｍ", "[EMAIL_1], [EMAIL_2]"),  # noqa: RUF001
        ("or by phone, 030 1234 567, as ever", "or by phone, [PHONE_1], as ever"),
        ("please call 555-0143 today", "please call [PHONE_1] today"),
        ("电话 138-1234-5678，谢谢", "电话 [PHONE_1]，谢谢"),  # noqa: RUF001
        ("passport number X1234567, Reisepass C01X00T47", "passport number [PASSPORT_1], Reisepass [PASSPORT_2]"),
        ("pay 0x52908400098527886E0F7030069857D2E4169EE7", "pay [WALLET_1]"),
        ("a score of 0.4111111111111111 and 0.2125550143 and 7,1612345678", None),
        ("IBAN DE00370400440532013000 is none, ref 0x5290", None),
        ("call me at 10.30 on 12.05.2026 or 3/4/2026", None),
        ("We ship 12 items on 3/4/2026 for $1,250.00, order 88123.", None),
        ("Hi team, Hello World, Dear All", None),
    ],
)
def test_private_data_gives_way_to_what_it_was(text: str, left: str | None) -> None:
    assert scrubbed(text) == (text if left is None else left,)


def test_the_same_value_has_the_same_number_in_all_texts_of_an_example() -> None:
    document, output, target = scrubbed(
        "From: Ann Lee <ann@example.com>\nCc: bob@example.com\nCall 212-555-0143.",
        "Lee (ANN@EXAMPLE.COM) asks for a call to (212) 555-0143",
        "bob@example.com",
    )
    assert document == "From: [PERSON_1] <[EMAIL_1]>\nCc: [EMAIL_2]\nCall [PHONE_1]."
    assert output == "[PERSON_1] ([EMAIL_1]) asks for a call to [PHONE_1]"
    assert target == "[EMAIL_2]"


def test_a_person_has_one_number_however_he_is_called() -> None:
    assert scrubbed("Ann Lee wrote. Ann said so. Mrs. Lee left, ANN LEE came, ann lee stays.") == (
        "[PERSON_1] wrote. [PERSON_1] said so. Mrs. [PERSON_1] left, [PERSON_1] came, [PERSON_1] stays.",
    )
    assert scrubbed("Ann Lee and Ann Miller came. Ann spoke to Miller.") == (
        "[PERSON_1] and [PERSON_2] came. [PERSON_3] spoke to [PERSON_2].",
    )


def test_a_number_that_one_text_gives_away_goes_from_the_others_too() -> None:
    assert scrubbed("passport number 912803456", "it is 912803456") == (
        "passport number [PASSPORT_1]",
        "it is [PASSPORT_1]",
    )


def test_placeholders_that_were_there_keep_their_numbers() -> None:
    assert scrubbed("[EMAIL_1] wrote to ann@example.com") == ("[EMAIL_1] wrote to [EMAIL_2]",)


def test_what_was_found_is_counted_by_value() -> None:
    (prepared,) = prepare([("ann@example.com, ann@example.com, bob@example.com", "ann@example.com")])
    assert prepared.found == {"EMAIL": 2}


@pytest.mark.parametrize("at", [0, PIECE - 12, PIECE - 1, PIECE, PIECE + 290, 3 * PIECE])
def test_however_long_a_text_is_all_of_it_is_looked_at(at: int) -> None:
    text = ("word " * (at // 5 + 1))[:at] + " ann.lee@example.com " + "word " * 2_000
    assert "example.com" not in scrubbed(text)[0]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Hi Ann, thanks", ["Ann"]),
        ("Dear Ms. Lee and Mr. van Dyke", ["Lee", "van Dyke"]),
        ("Dear Ann, dear Bob, Dear Eve Ray,", ["Ann", "Bob", "Eve Ray"]),
        ("From: Ann Lee, Bob Ray\nSubject: Plan", ["Ann Lee", "Bob Ray"]),
        ("Best regards,\nAnn B. Lee", ["Ann B. Lee"]),
        ("Hello, my name is Ann Lee. Please call", ["Ann Lee"]),
        ("Assigned to: Ann", ["Ann"]),
        ("Hi, Can you send it? The Plan Is Done", []),
        ("From: Marketing Team\nDate: Monday", []),
    ],
)
def test_names_are_known_where_the_text_says_so(text: str, names: list[str]) -> None:
    found = find_names(text)
    assert [text[span.start : span.end] for span in found] == names


def test_what_overlaps_goes_whole_under_the_surest_kind() -> None:
    spans = [
        Span(0, 10, "PHONE", 0.4),
        Span(8, 20, "CREDIT_CARD", 1.0),
        Span(30, 35, "IP", 0.6),
        Span(30, 35, "URL", 0.5),
    ]
    assert apart(spans) == [Span(0, 20, "CREDIT_CARD", 1.0), Span(30, 35, "IP", 0.6)]


@settings(max_examples=40)
@given(st.lists(st.sampled_from(["a@b.example", "call", "[PERSON_3]", "555-0143", "Ann", "\n", "."]), max_size=12))
def test_scrubbing_what_is_scrubbed_changes_nothing(words: list[str]) -> None:
    def find(text: str) -> list[Span]:
        return [Span(m.start(), m.end(), "EMAIL", 1.0) for m in re.finditer(r"\S+@\S+", text)]

    once = scrub([" ".join(words)], find)
    assert scrub(once.texts, find).texts == once.texts


def test_what_is_marked_in_public_data_is_found() -> None:
    if not MARKED.exists():
        pytest.skip(f"{MARKED} is not here")
    wanted = {
        "EMAIL_ADDRESS": 1.0,
        "US_SSN": 1.0,
        "IBAN_CODE": 1.0,
        "IP_ADDRESS": 1.0,
        "CREDIT_CARD": 0.9,
        "PHONE_NUMBER": 0.7,
    }
    marked, found = dict.fromkeys(wanted, 0), dict.fromkeys(wanted, 0)
    for row in json.loads(MARKED.read_text()):
        spans = find_private(row["full_text"])
        for mark in row["spans"]:
            if mark["entity_type"] in wanted:
                inside = any(s.start <= mark["start_position"] and mark["end_position"] <= s.end for s in spans)
                marked[mark["entity_type"]] += 1
                found[mark["entity_type"]] += inside
    assert {kind for kind, least in wanted.items() if found[kind] < least * marked[kind]} == set()
