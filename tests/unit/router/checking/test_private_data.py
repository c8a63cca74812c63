import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratchet_router.checking.private_data import private_data
from ratchet_router.checking.private_kinds import private_in
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
        ("Ring 0171 1234567.", "phone"),
        ("Ring 030 1234567, please.", "phone"),
        ("Ring 07700 900123.", "phone"),
        ("Tel. 030/123456", "phone"),
        ("It is 0049 30 1234567.", "phone"),
        ("Phone: 612 345 678", "phone"),
        ("Mobile no. 4152678899", "phone"),
        ("tel: (415) 5267-889", "phone"),
        ("His SSN: 123456780.", "SSN"),
        ("His number is 123 45 6780.", "SSN"),
        ("CPF 529.982.247-25", "national id"),
        ("CPF: 52998224725", "national id"),
        ("DNI 12345678Z", "national id"),
        ("NIE X1234567L", "national id"),
        ("NIF: 123456789", "national id"),
        ("C.F. RSSMRA85T10A562S", "national id"),
        ("AHV 756.9217.0769.85", "national id"),
        ("Aadhaar 2345 6789 0124", "national id"),
        ("NINO AB 12 34 56 C", "national id"),
        ("NIR 2 69 05 49 588 157 80", "national id"),
        ("Use AKIAIOSFODNN7EXAMPLE.", "API key"),
        ("Use sk-proj-a1B2c3D4e5F6g7H8i9J0.", "API key"),
        ("Use ghp_a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6.", "API key"),
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
        "Take a[1::2], or std::vector and a::b, at 12:30:15.",
        "CPF 529.982.247-26, DNI 12345678A, RSSMRA85T10A562T, 756.9217.0769.86 and 2345 6789 0125",
        "612 345 678 were sold, or 4152678899 in all.",
        "Set sk-xxxxxxxxxxxxxxxxxxxxxxxx and call 2 of 3.",
        "Call 2024-03-11 or phone on 11.03.2024.",
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
        ("Ring +49 30 123456.", "Tel. 030/123456"),
        ("Tel. 030/123456", "Ring +49 (0)30 123456."),
        ("It is 2001:db8::1.", "2001:0db8:0000:0000:0000:0000:0000:0001"),
        ("SSN 123-45-6780", "ssn 123456780"),
    ],
)
def test_it_may_be_written_another_way(answer: str, document: str) -> None:
    assert private_data(subject(answer, document=document)) is None


@pytest.mark.parametrize(
    ("answer", "document"),
    [
        ("bob@corp.org", "bigbob@corp.org"),
        ("bob@corp.org", "bob@corp.org.uk"),
        ("212-736-5000", "212-736-50001"),
        ("536-22-8726", "1536-22-8726"),
        ("2001:db8::1", "2001:db8::12"),
        ("203.0.113.7", "203.0.113.77"),
        ("+1 212 736 5000", "the years 2127, then 36, and 5000 more"),
    ],
)
def test_a_part_of_something_else_is_not_in_it(answer: str, document: str) -> None:
    assert private_data(subject(f"It is {answer}.", document=f"It is {document}.")) is not None


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
