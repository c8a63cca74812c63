"""Bytes as text: which encoding a file is in, and its text piece by piece."""

import codecs
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ratchet_documents.encodings import likeliest
from ratchet_documents.limits import Account
from ratchet_documents.refusal import RefusedError

SAMPLE = 64 * 1024
PIECE = 256 * 1024
FEW = 0.1  # of the letters
_HIGH = bytes(range(0x80, 0x100))
_EMPTY = 4  # bytes, from which on they tell something
_PLAIN = 0.05  # of the signs of a text, be it Chinese, are ASCII: ends of lines, figures, marks
_NO_TEXT = frozenset(("Cc", "Cn", "Co", "Cs"))
_LETTERS = re.compile(rb"[A-Za-z]")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_\-]{2,40})""")
# What a file names is looked up among Python's codecs, and some of those inflate or run escapes.
_WRITTEN = re.compile(r"(?:cp|iso8859|koi8|mac|ptcp|tis|big5|euc|gb|shift_jis|utf-8)[a-z0-9_\-]*")
_AS_BROWSERS = {"iso8859-1": "cp1252", "ascii": "cp1252"}


@dataclass(frozen=True, slots=True)
class Encoding:
    name: str  # as Python's codecs name it
    assumption: str = ""  # none where the file itself shows it


def encoding_of(path: Path, account: Account, *, declared: bool = False) -> Encoding:
    """`declared`: believe what HTML says of itself where it is not UTF-8. Raises RefusedError for what is no text."""
    with path.open("rb") as file:
        sample = file.read(SAMPLE)
    for mark, name in _MARKS:
        if sample.startswith(mark):
            return Encoding(name)
    if name := _wide(sample):
        return Encoding(
            name, f"The text is taken for {name.upper()}, which it does not say: bytes are empty as they are there."
        )
    if b"\x00" in sample:
        raise RefusedError("unknown_kind", "The file holds bytes that are no text: it is of no kind that is read here.")
    if _decodes(path, "utf-8", account):
        return Encoding("utf-8")
    if declared and (found := _DECLARED.search(sample[:4096])):
        name = _codec(found[1].decode("ascii"))
        if name and _decodes(path, name, account):
            return Encoding(name)
    return _guessed(path, account)


def pieces(path: Path, encoding: Encoding, account: Account) -> Iterator[str]:
    """The text, lines ending in `\\n`, in pieces that do not end at lines. Raises RefusedError."""
    decoder = codecs.getincrementaldecoder(encoding.name)()
    held = ""
    try:
        with path.open("rb") as file:
            while data := file.read(PIECE):
                account.in_time()
                text = held + decoder.decode(data)
                held = "\r" if text.endswith("\r") else ""
                yield text.removesuffix("\r").replace("\r\n", "\n").replace("\r", "\n")
            yield (held + decoder.decode(b"", final=True)).replace("\r", "\n")
    except UnicodeDecodeError:
        raise RefusedError(
            "broken", f"The file begins as {encoding.name.upper()} and does not go on so: save it as UTF-8."
        ) from None


def lines(path: Path, encoding: Encoding, account: Account) -> Iterator[str]:
    """Each with its end. One that never ends is refused."""
    rest = ""
    for piece in pieces(path, encoding, account):
        *whole, rest = (rest + piece).split("\n")
        for line in whole:
            yield line + "\n"
        if len(rest) > account.limits.characters:
            raise RefusedError("too_large", f"One line has more than {account.limits.characters:,} characters.")
    if rest:
        yield rest


def _codec(named: str) -> str:
    """The codec of the name that a file gives its encoding; none where there is none for texts."""
    try:
        name = codecs.lookup(named).name
    except LookupError:
        return ""
    name = _AS_BROWSERS.get(name, name)
    return name if _WRITTEN.fullmatch(name) else ""


def _wide(sample: bytes) -> str:
    """UTF-16 without a mark: the empty bytes of its digits, marks and Latin letters stand on one side alone."""
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    name, many, few = ("utf-16-le", odd, even) if odd > even else ("utf-16-be", even, odd)
    if many < _EMPTY or few > 0.05 * many:
        return ""
    try:
        text = sample[: len(sample) // 2 * 2].decode(name)
    except UnicodeDecodeError:
        return ""
    wrong = sum(unicodedata.category(sign) in _NO_TEXT and sign not in "\t\r\n\f" for sign in text)
    plain = sum(sign.isascii() for sign in text)
    return name if not wrong and plain >= _PLAIN * len(text) else ""


def _decodes(path: Path, name: str, account: Account) -> bool:
    decoder = codecs.getincrementaldecoder(name)()
    try:
        with path.open("rb") as file:
            while data := file.read(PIECE):
                account.in_time()
                decoder.decode(data)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _guessed(path: Path, account: Account) -> Encoding:
    """By the lines that have more than ASCII. Raises RefusedError where they look like no language. Figures and English
    are the same in all encodings: a few such letters in a text of them are taken for what Windows writes in the West.
    """
    telling, share = _beyond_ascii(path, account)
    guess = likeliest(telling)
    names = [guess.name] if guess else ["cp1252", "latin-1"] if share < FEW else []
    for name in names:
        if _decodes(path, name, account):
            shown = codecs.lookup(name).name
            said = f"The text is no UTF-8; it is taken for {shown}, by the letters that occur."
            return Encoding(shown, said + (_as_well(guess.others) if guess else ""))
    raise RefusedError("unknown_encoding", "The encoding of the text is not known: save it as UTF-8.")


def _as_well(others: Sequence[str]) -> str:
    names = " or ".join(codecs.lookup(name).name for name in others)
    return f" It may be {names} as well, as another text: save it as UTF-8 where this is not yours." if names else ""


def _beyond_ascii(path: Path, account: Account) -> tuple[bytes, float]:
    """The first lines that have bytes beyond ASCII, and which share of all letters these are."""
    lines: list[bytes] = []
    size = beyond = every = 0
    with path.open("rb") as file:
        while line := file.readline(PIECE):
            account.in_time()
            high = len(line) - len(line.translate(None, _HIGH))
            beyond += high
            every += high + len(_LETTERS.findall(line))
            if high and size < SAMPLE:
                lines.append(line)
                size += len(line)
    return b"".join(lines), beyond / every if every else 0.0
