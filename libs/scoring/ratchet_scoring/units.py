"""What stands beside a number: scales ("million"), currencies, and units that can be turned into each other."""

from typing import Final, NamedTuple

SCALES: Final = {
    "k": 1e3, "thousand": 1e3,
    "m": 1e6, "mn": 1e6, "mm": 1e6, "mio": 1e6, "million": 1e6, "millions": 1e6,
    "b": 1e9, "bn": 1e9, "billion": 1e9, "billions": 1e9,
    "tn": 1e12, "trn": 1e12, "trillion": 1e12, "trillions": 1e12,
    "tsd": 1e3, "tausend": 1e3, "millionen": 1e6, "mrd": 1e9, "milliarde": 1e9, "milliarden": 1e9,
    "lakh": 1e5, "lakhs": 1e5, "crore": 1e7, "crores": 1e7,
}  # fmt: skip
PERCENT: Final = frozenset({"%", "percent", "per cent", "pct"})
_CURRENCIES: Final = {
    "USD": ("$", "us$", "usd", "dollar", "dollars"),
    "EUR": ("€", "eur", "euro", "euros"),
    "GBP": ("£", "gbp", "pound sterling", "pounds sterling"),
    "JPY": ("¥", "jpy", "yen"),
    "CHF": ("chf",),
    "CNY": ("cny", "rmb", "yuan"),
    "INR": ("₹", "inr", "rupee", "rupees"),
    "CAD": ("cad",),
    "AUD": ("aud",),
}
_MEASURES: Final[dict[str, dict[tuple[str, ...], float]]] = {
    "length": {
        ("mm",): 1e-3,
        ("cm",): 1e-2,
        ("inch", "inches"): 0.0254,
        ("ft", "foot", "feet"): 0.3048,
        ("yd", "yard", "yards"): 0.9144,
        ("metre", "metres", "meter", "meters"): 1.0,
        ("km", "kilometres"): 1e3,
        ("mile", "miles"): 1609.344,
    },
    "mass": {
        ("mg",): 1e-6,
        ("g", "grams"): 1e-3,
        ("oz", "ounce", "ounces"): 0.028349523125,
        ("lb", "lbs"): 0.45359237,
        ("kg", "kilograms"): 1.0,
        ("tonne", "tonnes"): 1e3,
    },
    "celsius": {("°c", "degrees celsius"): 1.0},
    "fahrenheit": {("°f", "degrees fahrenheit"): 1.0},
    "energy": {("kwh",): 1.0, ("mwh",): 1e3, ("gwh",): 1e6},
    "time": {
        ("ms", "milliseconds"): 1e-3,
        ("s", "sec", "second", "seconds"): 1.0,
        ("min", "minute", "minutes"): 60.0,
        ("h", "hour", "hours"): 3600.0,
        ("day", "days"): 86_400.0,
        ("week", "weeks"): 604_800.0,
    },
    "months": {("month", "months"): 1.0, ("quarter", "quarters"): 3.0, ("year", "years"): 12.0},
    "data": {("kb",): 1e3, ("mb",): 1e6, ("gb",): 1e9, ("tb",): 1e12},
    "bps": {("bps", "basis points", "basis point"): 1e-4},
    "points": {("percentage points", "percentage point", "pp", "ppt"): 1e-2},
}  # of one kind, each in terms of the kind's own measure

ALIKE: Final = frozenset({frozenset({"bps", "share"}), frozenset({"bps", "points"})})  # kinds; 5 % is not 5 points


class Unit(NamedTuple):
    kind: str  # only numbers of one kind can be the same
    factor: float


UNITS: Final = {name: Unit(code, 1.0) for code, names in _CURRENCIES.items() for name in names} | {
    name: Unit(kind, factor) for kind, its in _MEASURES.items() for names, factor in its.items() for name in names
}
