"""The kinds of private data that have a form of their own: patterns, and what makes a match valid."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import Any, Final, NamedTuple

from ratchet_router.checking.check_digits import (
    digits_of,
    is_aadhaar,
    is_ahv,
    is_codice_fiscale,
    is_cpf,
    is_iban,
    is_luhn,
    is_nir,
    is_portuguese_nif,
    is_spanish_nif,
)

NOBODYS: Final = re.compile(
    r"@(?:[\w-]+\.)*(?:example(?:\.(?:com|org|net))?|test|invalid|localhost|domain\.com|email\.com)\Z", re.I
)
LONGEST_LABEL: Final = 32  # characters
KEY_PREFIXES: Final = (
    "sk-", "sk_live_", "rk_live_", "AKIA", "ASIA", "ghp_", "gho_", "ghs_", "ghu_", "github_pat_", "glpat-", "xoxb-",
    "xoxp-", "xoxa-", "AIza", "hf_", "npm_", "pypi-", "SG.", "eyJ",
)  # fmt: skip
CODICE_FISCALE: Final = 16  # signs
AROUND: Final = 4  # signs of a run that are a number's as well, or tell where it ends

_RUN = re.compile(r"\d(?:[ .()/-]{0,2}\d){6,}")
_DATE = re.compile(r"\d{4}([-/.])\d{2}\1\d{2}|\d{1,2}([-/.])\d{1,2}\2\d{4}")
_OF_NUMBER = r"\W{0,2}(?:(?:no|nr|number|numéro|número|numero|nummer|is|at|on|to)\b\W{0,3}){0,2}[:#]?\s{0,2}\(?\Z"
_PHONE_LABEL = re.compile(
    rf"\b(?:tel|phone|telephone|telefon|fon|mobile|mobil|cell|fax|handy|rufnummer|téléphone|tél|portable|teléfono|"
    rf"móvil|telefono|cellulare|telefone|telemóvel|celular|telefoon|whatsapp|call|ring|dial){_OF_NUMBER}",
    re.I,
)
_SSN_LABEL = re.compile(rf"\b(?:ssn|social security){_OF_NUMBER}", re.I)
_CPF_LABEL = re.compile(rf"\bcpf{_OF_NUMBER}", re.I)
_NIF_LABEL = re.compile(rf"\b(?:nif|contribuinte|vat){_OF_NUMBER}", re.I)
_AADHAAR_LABEL = re.compile(rf"\b(?:aadhaar|aadhar|uid){_OF_NUMBER}", re.I)


class Private(NamedTuple):
    kind: str
    start: int
    value: str


@dataclass(frozen=True, slots=True)
class Kind:
    """`begins`: what it begins with, if that is a few words. `of_digits`: it is in a run of digits, so that no
    more need be searched. `hint`: a text without it has none. `label`: what must stand before it.
    """

    name: str
    pattern: re.Pattern[str]
    valid: Callable[[str], bool]
    hint: str = ""
    begins: tuple[str, ...] = ()
    of_digits: bool = False
    label: re.Pattern[str] | None = None

    def found_in(self, text: str, runs: Sequence[tuple[int, int]]) -> Iterator[re.Match[str]]:
        if self.hint in text:
            yield from (match for match in self._matches(text, runs) if self._is_one(match))

    def _matches(self, text: str, runs: Sequence[tuple[int, int]]) -> Iterator[re.Match[str]]:
        if self.begins:
            places = (at for word in self.begins for at in _places(text, word))
            yield from (match for at in places if (match := self.pattern.match(text, at)))
        elif self.of_digits:
            for start, end in runs:
                yield from self.pattern.finditer(text, start, end)
        else:
            yield from self.pattern.finditer(text)

    def _is_one(self, match: re.Match[str]) -> bool:
        start = match.start()
        labelled = self.label is None or self.label.search(match.string[max(0, start - LONGEST_LABEL) : start])
        return bool(labelled) and self.valid(match[0])


def private_in(text: str) -> Iterator[Private]:
    """What one kind has taken, no later one takes."""
    taken = bytearray(len(text))
    runs = [(max(0, run.start() - AROUND), run.end() + AROUND) for run in _RUN.finditer(text)]
    for kind in KINDS:
        for match in kind.found_in(text, runs):
            start, end = match.span()
            if not any(taken[start:end]):
                taken[start:end] = b"\x01" * (end - start)
                yield Private(kind.name, start, match[0])


def _places(text: str, word: str) -> Iterator[int]:
    at = text.find(word)
    while at >= 0:
        yield at
        at = text.find(word, at + 1)


def _is_somebodys(address: str) -> bool:
    return not NOBODYS.search(address)


def _is_ssn(value: str) -> bool:
    """By the numbers that are never given out."""
    digits = "".join(map(str, digits_of(value)))
    area, group, serial = digits[:3], digits[3:5], digits[5:]
    return area not in ("000", "666") and area < "900" and group != "00" and serial != "0000"


def _is_phone(value: str) -> bool:
    digits = digits_of(value)
    return 8 <= len(digits) <= 15 and _is_given_out(digits)


def _is_labelled_phone(value: str) -> bool:
    digits = digits_of(value)
    return 7 <= len(digits) <= 15 and _is_given_out(digits) and not _DATE.search(value)


def _is_given_out(digits: list[int]) -> bool:
    """555-01xx is for films."""
    return len(set(digits)) > 2 and "55501" not in "".join(map(str, digits))


def _is_national(value: str) -> bool:
    """With a 0 before the area code. A date has eight digits at most."""
    return 9 <= len(digits_of(value)) <= 12


def _is_ipv4(value: str) -> bool:
    """1.2.3.4 may be a section of a report."""
    try:
        address = IPv4Address(value)
    except AddressValueError:
        return False
    return max(address.packed) >= 10 and not (address.is_unspecified or address.is_loopback)


def is_ipv6(value: str) -> bool:
    """Something of its length is wanted: 1::2 may be a slice, a::b a name."""
    groups = [group for group in value.split(":") if group]
    try:
        address = IPv6Address(value)
    except AddressValueError:
        return False
    long = len(groups) >= 3 or (len(groups[:1]) == 1 and len(groups[0]) == 4)
    return long and not (address.is_unspecified or address.is_loopback)


def _is_key(value: str) -> bool:
    """Of sk-xxxxxxxx nobody has the door."""
    return any(sign.isdigit() for sign in value) and len(set(value[-16:])) >= 6


def _is_lettered(value: str) -> bool:
    """Italy's has 16 signs; Britain's no check digit, but a shape of its own."""
    return len(value) != CODICE_FISCALE or is_codice_fiscale(value)


def _kind(name: str, pattern: str, valid: Callable[[str], bool], **how: Any) -> Kind:
    return Kind(name, re.compile(pattern), valid, **how)


def _of_digits(name: str, pattern: str, valid: Callable[[str], bool], label: re.Pattern[str] | None = None) -> Kind:
    return Kind(name, re.compile(pattern), valid, of_digits=True, label=label)


# But for those with hints, all begin with the digit or letter itself: so the search skips what is none.
KINDS: Final = (
    _kind("e-mail", r"(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[a-zA-Z]{2,24}\b", _is_somebodys, hint="@"),
    _kind(
        "API key",
        r"(?<![\w-])(?:sk-[A-Za-z0-9_-]{20,200}|[sr]k_live_\w{16,200}|A[KS]IA[0-9A-Z]{16}|gh[posu]_\w{30,200}"
        r"|github_pat_\w{30,200}|glpat-[\w-]{20,200}|xox[bpa]-[\w-]{20,200}|AIza[\w-]{35}|hf_\w{30,200}"
        r"|npm_\w{30,200}|pypi-[\w-]{30,200}|SG\.[\w-]{16,64}\.[\w-]{16,64}"
        r"|eyJ[\w-]{10,2000}\.eyJ[\w-]{10,2000}\.[\w-]{10,2000})(?![\w-])",
        _is_key,
        begins=KEY_PREFIXES,
    ),
    _kind("phone", r"\+\d{1,3}[ .()/-]{0,2}(?:\d[ .()/-]{0,2}){6,13}\d(?!\w)", _is_phone, hint="+"),
    _kind("phone", r"\([2-9]\d{2}\)[ -]?[2-9]\d{2}[ .-]\d{4}(?!\w)", _is_phone, hint="("),
    _kind("IBAN", r"[A-Z](?<!\w[A-Z])[A-Z]\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b", is_iban),
    _kind(
        "national id",
        r"[A-Z](?<!\w[A-Z])[A-Z](?:[A-Z]{4}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z]|(?: ?\d{2}){3} ?[A-D])(?!\w)",
        _is_lettered,
    ),
    _of_digits("national id", r"\d(?<![\w.-]\d)\d{2}\.\d{3}\.\d{3}-\d{2}(?![\w-])", is_cpf),
    _of_digits("national id", r"756(?<![\w.]756)\.\d{4}\.\d{4}\.\d{2}(?!\w)", is_ahv),
    _of_digits("national id", r"[\dXYZ](?<![\w.-][\dXYZ])\d{7}-?[A-Z](?![\w-])", is_spanish_nif),
    _of_digits(
        "national id", r"[12](?<![\w.,-][12]) ?\d{2} ?(?:0[1-9]|1[0-2]) ?\d{2} ?\d{3} ?\d{3} ?\d{2}(?![\w-])", is_nir
    ),
    _of_digits("card", r"\d(?<![\w.-]\d)\d{3}(?:[ -]?\d{4}){2}[ -]?\d{1,7}(?![\w-])", is_luhn),
    _of_digits("card", r"3(?<![\w.-]3)[47]\d{2}[ -]?\d{6}[ -]?\d{5}(?![\w-])", is_luhn),
    _of_digits("SSN", r"\d(?<![\w-]\d)\d{2}-\d{2}-\d{4}(?![\w-])", _is_ssn),
    _of_digits("SSN", r"\d(?<![\w.,-]\d)\d{2} \d{2} \d{4}(?![ -]?\w)", _is_ssn),
    _of_digits("SSN", r"\d(?<![\w.,-]\d)\d{8}(?![\w-])", _is_ssn, _SSN_LABEL),
    _of_digits("national id", r"\d(?<![\w.-]\d)\d{10}(?!\w)", is_cpf, _CPF_LABEL),
    _of_digits("national id", r"\d(?<![\w.-]\d)\d{2} ?\d{3} ?\d{3}(?!\w)", is_portuguese_nif, _NIF_LABEL),
    _of_digits("national id", r"[2-9](?<![\w.,-][2-9])\d{3} \d{4} \d{4}(?![ -]?\w)", is_aadhaar),
    _of_digits("national id", r"[2-9](?<![\w.,-][2-9])\d{11}(?!\w)", is_aadhaar, _AADHAAR_LABEL),
    _of_digits("phone", r"[2-9](?<![\w(+.][2-9])\d{2}([ .-])[2-9]\d{2}\1\d{4}(?![\d-])", _is_phone),
    _of_digits("phone", r"00(?<![\w.,+(/-]00)[1-9]\d{0,2}(?:[ ./-]{0,2}\d){6,12}(?![\w,%/-])", _is_phone),
    _of_digits("phone", r"0(?<![\w.,+(/-]0)\d{1,4}(?:[ ./-]\d{2,4}){2,4}(?![\w,%/-])", _is_national),
    _of_digits("phone", r"0(?<![\w.,+(/-]0)[1-9]\d{1,3}[ /-]\d{5,8}(?![\w,%/-])", _is_national),
    _of_digits("phone", r"\d(?<!\w\d)(?:[ .()/-]{0,2}\d){6,14}(?!\w)", _is_labelled_phone, _PHONE_LABEL),
    _kind("IPv4", r"\d(?<![\w.]\d)\d{0,2}(?:\.\d{1,3}){3}(?!\.?\w)", _is_ipv4, hint="."),
    _kind(
        "IPv6",
        r"[0-9a-fA-F](?<![\w:.][0-9a-fA-F])(?<!\w\[[0-9a-fA-F])[0-9a-fA-F]{0,3}:(?:[0-9a-fA-F]{0,4}:){1,6}"
        r"[0-9a-fA-F]{0,4}(?![\w:]|\.\d)",
        is_ipv6,
        hint=":",
    ),
)
