import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratchet_router.checking.private_data import private_data, private_in
from tests.unit.router.checking.subjects import subject


def kinds(text: str) -> list[str]:
    return [found.kind for found in private_in(text)]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Write to ann.baker+x@mail.northwind.org today.", "e-mail"),
        ("Call +44 20 7946 0018.", "phone"),
        ("Call (212) 736-5000 or ask.", "phone"),
        ("Call 212-736-5000.", "phone"),
        ("Ring 07700 063 966 at noon.", "phone"),
        ("Her number is 536-22-8726.", "SSN"),
        ("Paid with 4111 1111 1111 1111.", "card"),
        ("Paid with 378282246310005.", "card"),
        ("To GB82 WEST 1234 5698 7654 32, please.", "IBAN"),
        ("It came from 203.0.113.77.", "IPv4"),
        ("It came from 2001:db8::8a2e:370:7334.", "IPv6"),
    ],
)
def test_each_kind_is_seen_and_passes_only_where_the_request_has_it(text: str, kind: str) -> None:
    assert kinds(text) == [kind]
    assert private_data(subject(text, document="Nothing of the kind.")) is not None
    assert private_data(subject("It is this. " + text, document=f"As was said: {text}")) is None
    assert private_data(subject(text, document="", question=text)) is None


@pytest.mark.parametrize(
    "text",
    [
        "Revenue was 1,250,000 in 2019-2020, or 12.5 %.",
        "On 03.11.2024 and 2024-03-11 at 10:30:15 it ran.",
        "Order 4111 1111 1111 1112 and part 123-45-678.",
        "Section 1.2.3.4 and release 10.2.1",
        "Mail name@example.com, or call 555-0142.",
        "GB00 WEST 1234 5698 7654 32 is none.",
        "000-12-3456, 666-12-3456, 900-12-3456",
        "It listens on 127.0.0.1 and ::1.",
    ],
)
def test_other_numbers_are_left_alone(text: str) -> None:
    assert not kinds(text)


@pytest.mark.parametrize(
    ("answer", "document"),
    [
        ("Call (212) 736-5000.", "Her phone: +1 212.736.5000"),
        ("Write to Ann@Northwind.org.", "ann@northwind.org"),
        ("Paid with 4111-1111-1111-1111.", "card 4111111111111111"),
        ("To GB82WEST12345698765432.", "GB82 WEST 1234 5698 7654 32"),
    ],
)
def test_it_may_be_written_another_way(answer: str, document: str) -> None:
    assert private_data(subject(answer, document=document)) is None


@given(st.text("0123456789", min_size=15, max_size=15), st.sampled_from(["", " ", "-"]))
def test_a_card_is_known_by_its_check_digit(digits: str, gap: str) -> None:
    def with_check(check: int) -> str:
        number = f"{digits}{check}"
        return gap.join(number[start : start + 4] for start in range(0, 16, 4))

    cards = [check for check in range(10) if "card" in kinds(f"Card {with_check(check)}.")]
    assert len(cards) <= 1
    assert cards or len(set(digits)) == 1 or any("phone" in kinds(with_check(check)) for check in range(10))


def test_what_is_told_is_how_many_of_which_kind_and_where() -> None:
    finding = private_data(subject("a@northwind.org, b@northwind.org, 536-22-8726", document=""))
    assert finding is not None
    assert finding.detail.endswith("1 of kind SSN, 2 of kind e-mail (at 0, 17, 34).")
