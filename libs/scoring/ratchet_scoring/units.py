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
        ("mm", "millimetre", "millimetres", "millimeter", "millimeters"): 1e-3,
        ("cm", "centimetre", "centimetres", "centimeter", "centimeters"): 1e-2,
        ("inch", "inches"): 0.0254,
        ("ft", "foot", "feet"): 0.3048,
        ("yd", "yard", "yards"): 0.9144,
        ("m", "metre", "metres", "meter", "meters"): 1.0,
        ("km", "kilometre", "kilometres", "kilometer", "kilometers"): 1e3,
        ("mi", "mile", "miles"): 1609.344,
    },
    "area": {
        ("m2", "m^2", "sq m", "square metre", "square metres", "square meter", "square meters"): 1.0,
        ("ha", "hectare", "hectares"): 1e4,
        ("km2", "km^2", "sq km", "square kilometre", "square kilometres", "square kilometer", "square kilometers"): 1e6,
    },
    "volume": {
        ("ml", "millilitre", "millilitres", "milliliter", "milliliters"): 1e-3,
        ("cl", "centilitre", "centilitres", "centiliter", "centiliters"): 1e-2,
        ("l", "litre", "litres", "liter", "liters"): 1.0,
        ("m3", "m^3", "cubic metre", "cubic metres", "cubic meter", "cubic meters"): 1e3,
    },
    "speed": {
        ("m/s", "metres per second", "meters per second"): 1.0,
        ("km/h", "kph", "kilometres per hour", "kilometers per hour"): 1 / 3.6,
        ("mph", "miles per hour"): 0.44704,
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
    "power": {
        ("w", "watt", "watts"): 1.0,
        ("kw", "kilowatt", "kilowatts"): 1e3,
        ("mw", "megawatt", "megawatts"): 1e6,
        ("gw", "gigawatt", "gigawatts"): 1e9,
    },
    "energy": {
        ("wh", "watt hour", "watt hours", "watt-hours"): 1e-3,
        ("kwh", "kilowatt hour", "kilowatt hours", "kilowatt-hours"): 1.0,
        ("mwh", "megawatt hour", "megawatt hours", "megawatt-hours"): 1e3,
        ("gwh", "gigawatt hour", "gigawatt hours", "gigawatt-hours"): 1e6,
    },
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

LENGTH: Final = "length"
LENGTHS: Final = {"m": 1.0, "mm": 1e-3}  # metres, of what is a scale as well: 12 m is twelve million, or a length
INCH: Final = "in"  # is a word more often than a unit
# What makes a length of 12 m: what stands after it, and what stands before it
MEASURED: Final = ("tall", "high", "wide", "long", "deep", "thick", "broad", "apart", "away", "in length", "in height",
    "in width", "in depth", "in diameter", "above sea level", "below sea level", "above the ground")  # fmt: skip
MEASURES: Final = ("height", "length", "width", "depth", "distance", "diameter", "radius", "thickness", "altitude",
    "elevation", "measures", "measuring")  # fmt: skip

ALIKE: Final = frozenset({frozenset({"bps", "share"}), frozenset({"bps", "points"})})  # kinds; 5 % is not 5 points


class Unit(NamedTuple):
    kind: str  # only numbers of one kind can be the same
    factor: float


UNITS: Final = {name: Unit(code, 1.0) for code, names in _CURRENCIES.items() for name in names} | {
    name: Unit(kind, factor) for kind, its in _MEASURES.items() for names, factor in its.items() for name in names
}
