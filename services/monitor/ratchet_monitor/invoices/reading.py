"""The lines of an invoice's file, added up by day and model; what cannot be read is named with its line. Pure."""

import csv
import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Final, NamedTuple

from ratchet_common.errors import RefusedError
from ratchet_monitor.invoices.columns import Columns, Field, columns
from ratchet_monitor.invoices.numbers import (
    UnreadableError,
    amount_in,
    day_in,
    known_format,
    places_of,
    tokens_in,
)
from ratchet_monitor.invoices.signs import Sign, sign_of

NUMBERS: Final[tuple[Field, ...]] = ("amount", "input", "output", "cached")
MOST_LINES: Final = 100_000
MOST_ITEMS: Final = 20_000  # days of a model
MOST_FAULTS: Final = 1_000  # that are named; the rest is counted
MOST_NUMBERS: Final = 20  # of lines, that an item names
LONGEST_NAME: Final = 200
DELIMITERS: Final = ",;\t"
OPEN_TO_THE_END: Final = "a quote that it opens is not closed: nothing below it was read"


class WrongEncodingError(RefusedError):
    type = "wrong-encoding"
    title = "The invoice's file is no UTF-8"


class EmptyInvoiceError(RefusedError):
    type = "empty-invoice"
    title = "The invoice's file has no lines"


class LongInvoiceError(RefusedError):
    type = "long-invoice"
    title = "The invoice's file has too many lines"


class Key(NamedTuple):
    day: date
    model: str  # as ours is called, where an alias says so


@dataclass(frozen=True, slots=True)
class Asked:
    """`named`: columns, in the header's words. `aliases`: our names of models by theirs. `apart`: cached tokens are not
    counted among those of the input."""

    named: Mapping[Field, str] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)
    date_format: str = ""
    apart: bool = False


@dataclass(slots=True)
class Again:
    """What lines ask for that say word for word what a line before them says. `lines`: their numbers, the first 20."""

    amount: Decimal = Decimal(0)
    input: int = 0
    output: int = 0
    cached: int = 0
    lines: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Billed:
    """What the lines of a day and model ask for together. `rounded`: how many of its amounts may be rounded: all but
    zeros. `step`: half of the last place that the file writes, for each of them. `again`: of these, None where there
    are none."""

    amount: Decimal = Decimal(0)
    step: Decimal = Decimal(0)
    input: int = 0
    output: int = 0
    cached: int = 0
    count: int = 0
    rounded: int = 0
    lines: list[int] = field(default_factory=list)
    called: str = ""  # the model, in their words
    again: Again | None = None


@dataclass(slots=True)
class Invoice:
    words: dict[str, str]
    with_tokens: bool
    with_cached: bool
    places: int = 0  # the most that an amount is written with: a zero that is left out at the end is no rounding
    lines: int = 0
    refused: int = 0
    faults: list[tuple[int, str]] = field(default_factory=list)
    billed: dict[Key, Billed] = field(default_factory=dict)
    read: set[bytes] = field(default_factory=set)  # lines, by digests: word for word they may be a hundred megabytes


def read(body: bytes, asked: Asked) -> Invoice:
    """Raises WrongEncodingError, EmptyInvoiceError, LongInvoiceError, NoSuchColumnError, WrongDateFormatError."""
    known_format(asked.date_format)
    text = _text(body)
    first = text.lstrip().partition("\n")[0]
    delimiter = max(DELIMITERS, key=first.count)
    rows = _rows(text, delimiter)
    header = next(rows, None)
    if header is None or isinstance(header[1], str):
        raise EmptyInvoiceError("The file has no header: its first line names the columns.")
    at = columns(header[1], asked.named)
    usual: Sign = "point" if delimiter == "," else "unknown"
    sign = sign_of(_numbers(text, delimiter, at), otherwise=usual)
    found = Invoice(at.words(), "input" in at.places and "output" in at.places, "cached" in at.places)
    for number, row in rows:
        found.lines += 1
        if found.lines > MOST_LINES:
            raise LongInvoiceError(f"The file has more than {MOST_LINES:,} lines: send it in parts, by days.")
        try:
            _add(found, number, row, at, asked, sign)
        except UnreadableError as error:
            found.refused += 1
            if len(found.faults) < MOST_FAULTS:
                found.faults.append((number, f"{error}."))
        if len(found.billed) > MOST_ITEMS:
            raise LongInvoiceError(
                f"The file has lines of more than {MOST_ITEMS:,} days of a model: send it in parts, by days."
            )
    if not found.lines:
        raise EmptyInvoiceError("The file has a header and no lines below it.")
    half = Decimal(5).scaleb(-found.places - 1)
    for its in found.billed.values():
        its.step = half * its.rounded
    return found


def _text(body: bytes) -> str:
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise WrongEncodingError(f"The file is no UTF-8 at byte {error.start}: save it as CSV in UTF-8.") from None
    if "\0" in text:
        raise WrongEncodingError(f"The file has a zero at character {text.index(chr(0))}: save it as CSV in UTF-8.")
    if not text.strip():
        raise EmptyInvoiceError("The file is empty.")
    return text


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str] | str]]:
    """With the number of the line, from 1; a string says why there is no row. Empty lines are none."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        before = reader.line_num
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield before + 1, OPEN_TO_THE_END if "end of data" in str(error) else "it is no CSV: look at its quotes"
            continue
        if any(one.strip() for one in row):
            yield before + 1, row


def _numbers(text: str, delimiter: str, at: Columns) -> Iterator[str]:
    """Of the lines that are read at all."""
    places = [at.places[name] for name in NUMBERS if name in at.places]
    for _, row in islice(_rows(text, delimiter), 1, MOST_LINES + 1):
        if len(row) == len(at.header) and not isinstance(row, str):
            yield from (row[place] for place in places)


def _add(found: Invoice, number: int, row: list[str] | str, at: Columns, asked: Asked, sign: Sign) -> None:
    if isinstance(row, str):
        raise UnreadableError(row)
    if len(row) != len(at.header):
        raise UnreadableError(f"it has {len(row)} fields, and the header {len(at.header)}")
    said = {name: row[place] for name, place in at.places.items()}
    if said.get("currency", "").strip().upper() not in ("", "USD", "US$"):
        raise UnreadableError("its currency is not USD, in which all records are")
    theirs = said["model"].strip()
    if not theirs or len(theirs) > LONGEST_NAME:
        raise UnreadableError(f"the model has no name, or one longer than {LONGEST_NAME} letters")
    cached, read_, written = (tokens_in(name, said.get(name, ""), sign) for name in ("cached", "input", "output"))
    read_ += cached if asked.apart else 0
    amount = amount_in(said["amount"], sign)
    if cached > read_:
        raise UnreadableError("it has more cached tokens than input: say input_excludes_cached where they are apart")
    key = Key(day_in(said["date"], asked.date_format), asked.aliases.get(theirs, theirs))
    its = found.billed.setdefault(key, Billed(called=theirs))
    its.amount += amount
    its.rounded += bool(amount)
    found.places = max(found.places, places_of(amount))
    its.input, its.output, its.cached = its.input + read_, its.output + written, its.cached + cached
    its.count += 1
    if len(its.lines) < MOST_NUMBERS:
        its.lines.append(number)
    line = _digest(row)
    if line in found.read:
        again = its.again = its.again or Again()
        again.amount += amount
        again.input, again.output, again.cached = again.input + read_, again.output + written, again.cached + cached
        if len(again.lines) < MOST_NUMBERS:
            again.lines.append(number)
    found.read.add(line)


def _digest(row: Sequence[str]) -> bytes:
    said = "".join(f"{len(cell)}:{cell}" for cell in row)
    return hashlib.blake2b(said.encode(errors="surrogatepass"), digest_size=16).digest()
