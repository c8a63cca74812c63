"""A choice that a model made, as JSON: its schema, and what is wrong with one, by place, in sentences.

The schema goes into the request; what comes back is held against it and against what there is, since a model may name
an instrument that nobody has.
"""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, Final, Literal

from ratchet_figures.choosing.request import Choice, Known, OfPrices, OfStatements
from ratchet_figures.names import LEVEL, MAY_GROW, OF_PRICES, OF_STATEMENTS

MOST_REQUESTS: Final = 20
_DAY: Final = {"type": ["string", "null"], "format": "date"}


def _names(of: Collection[str]) -> dict[str, Any]:
    return {"type": "array", "items": {"enum": list(of)}, "uniqueItems": True}


_ANY_NAMES: Final = {"type": "array", "items": {"type": "string"}, "maxItems": 100, "uniqueItems": True}
_OF_PRICES: Final[dict[str, Any]] = {
    "of": {"const": "prices"},
    "measures": {**_names(OF_PRICES), "minItems": 1},
    "instruments": _ANY_NAMES,
    "benchmark": {"type": ["string", "null"]},
    "first": _DAY,
    "last": _DAY,
    "level": {"type": "number", "exclusiveMinimum": 0.5, "exclusiveMaximum": 1},
    "risk_free": {"type": "number", "exclusiveMinimum": -0.5, "exclusiveMaximum": 1},
    "rebalancing": {"enum": ["each_period", "never"]},
    "reason": {"type": "string"},
}
_OF_STATEMENTS: Final[dict[str, Any]] = {
    "of": {"const": "statements"},
    "ratios": _names(OF_STATEMENTS),
    "growing": _names(MAY_GROW),
    "companies": _ANY_NAMES,
    "first": _DAY,
    "last": _DAY,
    "reason": {"type": "string"},
}


def _object(properties: Mapping[str, Any], *required: str) -> dict[str, Any]:
    return {"type": "object", "properties": dict(properties), "required": list(required), "additionalProperties": False}


SCHEMA: Final[dict[str, Any]] = _object(
    {
        "requests": {
            "type": "array",
            "maxItems": MOST_REQUESTS,
            "items": {"oneOf": [_object(_OF_PRICES, "of", "measures"), _object(_OF_STATEMENTS, "of")]},
        },
        "unknown": {"type": "array", "items": {"type": "string"}, "maxItems": MOST_REQUESTS},
    },
    "requests",
)


class CannotChooseError(ValueError):
    """What a model chose is not what may be chosen: `problems`, each with its place."""

    def __init__(self, problems: Collection[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = tuple(problems)


def chosen_by_model(given: object, known: Known) -> Choice:
    """`given`: as JSON was read. Raises CannotChooseError with all that is wrong."""
    reading = _Reading(known)
    choice = reading.choice(given)
    if reading.problems:
        raise CannotChooseError(reading.problems)
    return choice


class _Reading:
    def __init__(self, known: Known) -> None:
        self._known = known
        self.problems: list[str] = []

    def choice(self, given: object) -> Choice:
        whole = self._fields(given, "The choice", SCHEMA["properties"])
        requests = self._list(whole.get("requests"), "requests")
        if "requests" not in whole:
            self.problems.append("requests is missing: it is a list, empty where nothing is computed.")
        if len(requests) > MOST_REQUESTS:
            self.problems.append(f"requests has {len(requests)} items: at most {MOST_REQUESTS} are computed.")
        read = [self._request(one, f"requests[{at}]") for at, one in enumerate(requests[:MOST_REQUESTS])]
        unknown = tuple(
            self._text(one, f"unknown[{at}]") for at, one in enumerate(self._list(whole.get("unknown"), "unknown"))
        )
        reasons = tuple(reason for _, reason in read if reason)
        return Choice(tuple(request for request, _ in read if request), reasons, unknown[:MOST_REQUESTS])

    def _request(self, given: object, at: str) -> tuple[OfPrices | OfStatements | None, str]:
        of = given.get("of") if isinstance(given, Mapping) else None
        if of not in ("prices", "statements"):
            self.problems.append(f"{at}.of is neither `prices` nor `statements`.")
            return None, ""
        its = self._fields(given, at, _OF_PRICES if of == "prices" else _OF_STATEMENTS)
        reason = self._text(its.get("reason", ""), f"{at}.reason")
        first, last = self._day(its.get("first"), f"{at}.first"), self._day(its.get("last"), f"{at}.last")
        if first and last and first > last:
            self.problems.append(f"{at}: {first} is after {last}.")
        return (self._prices if of == "prices" else self._statements)(its, at, first, last), reason

    def _prices(self, its: Mapping[str, Any], at: str, first: date | None, last: date | None) -> OfPrices:
        measures = self._among(its.get("measures"), OF_PRICES, f"{at}.measures", "measure")
        if not measures:
            self.problems.append(f"{at}.measures is empty: name one at least.")
        benchmark = its.get("benchmark")
        priced = [*self._known.instruments, *filter(None, [self._known.benchmark])]
        if benchmark is not None and benchmark not in priced:
            self.problems.append(f"{at}.benchmark: there are no prices of {benchmark!r}.")
        rebalancing: Literal["each_period", "never"] = "never" if its.get("rebalancing") == "never" else "each_period"
        if its.get("rebalancing", "never") not in ("each_period", "never"):
            self.problems.append(f"{at}.rebalancing is `each_period` or `never`.")
        return OfPrices(
            measures,
            self._among(its.get("instruments"), self._known.instruments, f"{at}.instruments", "instrument"),
            benchmark if isinstance(benchmark, str) else None,
            first,
            last,
            self._number(its.get("level", LEVEL), 0.5, f"{at}.level"),
            self._number(its.get("risk_free", 0.0), -0.5, f"{at}.risk_free"),
            rebalancing,
        )

    def _statements(self, its: Mapping[str, Any], at: str, first: date | None, last: date | None) -> OfStatements:
        ratios = self._among(its.get("ratios"), OF_STATEMENTS, f"{at}.ratios", "ratio")
        growing = self._among(its.get("growing"), MAY_GROW, f"{at}.growing", "item")
        if not ratios and not growing:
            self.problems.append(f"{at} names neither `ratios` nor what is `growing`.")
        companies = self._among(its.get("companies"), self._known.companies, f"{at}.companies", "company")
        return OfStatements(ratios, growing, companies, first, last)

    def _fields(self, given: object, at: str, allowed: Mapping[str, Any]) -> Mapping[str, Any]:
        if not isinstance(given, Mapping):
            self.problems.append(f"{at} is no object.")
            return {}
        if strange := [str(name) for name in given if name not in allowed]:
            self.problems.append(f"{at} has {', '.join(strange)}, which means nothing: there are {', '.join(allowed)}.")
        return given

    def _list(self, given: object, at: str) -> list[Any]:
        if given is None or isinstance(given, list):
            return given or []
        self.problems.append(f"{at} is no list.")
        return []

    def _among(self, given: object, there: Collection[str], at: str, what: str) -> tuple[str, ...]:
        found = self._list(given, at)
        if strange := [str(one) for one in found if one not in there]:
            self.problems.append(
                f"{at}: there is no {what} {', '.join(strange)}; there are {', '.join(there) or 'none'}."
            )
        return tuple(dict.fromkeys(one for one in found if one in there))

    def _text(self, given: object, at: str) -> str:
        if isinstance(given, str):
            return given
        self.problems.append(f"{at} is no text.")
        return ""

    def _day(self, given: object, at: str) -> date | None:
        if given is None:
            return None
        try:
            return date.fromisoformat(given if isinstance(given, str) else "")
        except ValueError:
            self.problems.append(f"{at} is no day as 2026-11-23.")
            return None

    def _number(self, given: object, least: float, at: str) -> float:
        if isinstance(given, int | float) and not isinstance(given, bool) and least < given < 1:
            return float(given)
        self.problems.append(f"{at} is a number above {least:g} and below 1.")
        return LEVEL
