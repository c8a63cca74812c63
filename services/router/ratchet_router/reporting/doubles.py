"""What a JSON body says twice: readers of JSON keep the last and say nothing. Pure."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from pydantic import TypeAdapter, ValidationError

MOST_SAID: Final = 5
LONGEST_FIELD: Final = 200
ISO: Final = len("2026-01-02")
_DAY: Final = TypeAdapter(date)  # a day may be written in several ways
Path = tuple[str, ...]


class Doubles(NamedTuple):
    """`wrong`: field and what is wrong with it, where they differ. `same`: days that have one price twice."""

    wrong: tuple[tuple[str, str], ...] = ()
    same: tuple[str, ...] = ()


class _Twice(dict[str, Any]):
    """An object of which some names stand there twice; `others`: their values but the last."""

    others: Mapping[str, Sequence[Any]]


def doubles_in(body: bytes) -> Doubles:
    """`body`: JSON of a report that has been read."""
    seen: list[_Twice] = []

    def object_of(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        its = dict(pairs)
        if len(its) == len(pairs):
            return its
        twice = _Twice(its)
        twice.others = _others(pairs)
        seen.append(twice)
        return twice

    whole = json.loads(body, object_pairs_hook=object_of)
    wrong: list[tuple[str, str]] = []
    same: list[str] = []
    for path, name, values in (*_named_twice(whole, ()), *_days_twice(_prices(whole))):
        of_a_day = path[:2] == ("portfolio", "prices") and len(path) == len(("portfolio", "prices", "A"))
        others = [one for one in values[1:] if one != values[0]]
        if others:
            what = f", as {_shown(values[0])} and {_shown(others[0])}" if of_a_day else ", and not the same"
            wrong.append((".".join((*path, name))[:LONGEST_FIELD], f"it is there twice{what}"))
        elif of_a_day:
            same.append(f"{path[-1]} has the day {name} twice, with the same price: it counts once.")
    return Doubles(tuple(dict.fromkeys(wrong)), tuple(dict.fromkeys(_few(same))))


def _others(pairs: Sequence[tuple[str, Any]]) -> Mapping[str, Sequence[Any]]:
    found: dict[str, list[Any]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return {name: values for name, values in found.items() if len(values) > 1}


def _named_twice(value: Any, path: Path) -> Iterator[tuple[Path, str, Sequence[Any]]]:
    if isinstance(value, _Twice):
        yield from ((path, name, values) for name, values in value.others.items())
    if isinstance(value, dict | list):
        for name, one in value.items() if isinstance(value, dict) else enumerate(value):
            if isinstance(one, dict | list):
                yield from _named_twice(one, (*path, str(name)))


def _days_twice(prices: Mapping[str, Any]) -> Iterator[tuple[Path, str, Sequence[Any]]]:
    """A day that is written in two ways, and an instrument with a space before it."""
    names: dict[str, str] = {}
    for name, series in prices.items():
        if names.setdefault(name.strip(), name) != name:
            yield ("portfolio", "prices"), name.strip(), (0, 1)
        found: dict[str, Any] = {}
        for written, price in series.items():
            day = written if len(written) == ISO and written[4] == "-" else _day(written)
            if day in found:
                yield ("portfolio", "prices", name), day, (found[day], price)
            found[day] = price


def _day(written: str) -> str:
    try:
        return _DAY.validate_python(written).isoformat()
    except ValidationError:
        return written


def _prices(whole: Any) -> Mapping[str, Any]:
    portfolio = whole.get("portfolio") if isinstance(whole, dict) else None
    prices = portfolio.get("prices") if isinstance(portfolio, dict) else None
    return prices if isinstance(prices, dict) else {}


def _few(sentences: Sequence[str]) -> Sequence[str]:
    if len(sentences) <= MOST_SAID:
        return sentences
    return (*sentences[:MOST_SAID], f"So have {len(sentences) - MOST_SAID:,} other days: each counts once.")


def _shown(value: Any) -> str:
    return json.dumps(value)[:40]
