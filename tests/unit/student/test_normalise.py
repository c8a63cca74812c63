import pytest

from ratchet_student.normalise import as_scrubbed, without_annotations


def same(one: str, other: str) -> bool:
    return as_scrubbed(one).split() == as_scrubbed(other).split()


@pytest.mark.parametrize(
    ("raw", "scrubbed"),
    [
        ("Write to jo.b+x@mail.example.org today", "Write to [EMAIL] today"),
        ("Write to mailto:jo@example.org", "Write to [EMAIL_3]"),
        ("Write to mailto:jo@example.org", "Write to mailto:[EMAIL_3]"),
        ("See https://example.org/a?b=c.", "See [URL_1]."),
        ("See www.example.org/a, please", "See [URL], please"),
        ("Call +49 (30) 123-4567 now", "Call [PHONE_1] now"),
        ("Call 555-123-4567 now", "Call [PHONE_NUMBER_2] now"),
        ("It is 123-45-6789.", "It is [SSN]."),
        ("Card 4111 1111 1111 1111 ends", "Card [CREDIT_CARD_1] ends"),
        ("From DE89 3704 0044 0532 0130 00 on", "From [IBAN_1] on"),
        ("At 10.0.0.1 and 00:1B:44:11:3A:B7", "At [IP_1] and [MAC_1]"),
        ("Passport A1234567 is here", "Passport [PASSPORT_1] is here"),
        ("Account 123456789012", "Account [BANK_ACCOUNT_1]"),
    ],
)
def test_a_raw_value_looks_like_its_placeholder(raw: str, scrubbed: str) -> None:
    assert same(raw, scrubbed)


def test_a_name_that_was_scrubbed_leaves_nothing() -> None:
    assert same("Hi [PERSON_1], come", "Hi , come")


@pytest.mark.parametrize("text", ["on 12/05/2024 at 10:30", "[URGENT] rooms 101, 102, 103", "$500 or 3.5 %", "v1.2.3"])
def test_dates_small_numbers_and_tags_stay(text: str) -> None:
    assert as_scrubbed(text) == text


def test_notes_of_a_transcriber_go_and_scrubbed_data_stays() -> None:
    text = "{vocalsound} Well [Laughter.] <noise> ask [EMAIL_1] or [this](there) [inaudible 00:10:02]"
    assert without_annotations(text).split() == ["Well", "ask", "[EMAIL_1]", "or", "[this](there)"]


@pytest.mark.parametrize("text", ["a" * 300_000, "a@" * 150_000, "1-" * 150_000, "[A_" * 100_000, "www." * 75_000])
def test_a_hostile_text_ends(text: str) -> None:
    assert as_scrubbed(text)
