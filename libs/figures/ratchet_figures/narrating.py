"""Sentences from figures, by rules, in English: without a model a report can be written. Pure.

Each figure has a mark, `[1]`, by which its formula, inputs and sources are found. The text says no number that is not
a figure or an input of one, so that it passes `checking`; assumptions and refusals, which count days, are `notes`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from ratchet_figures.figure import Computed, Figure, Source
from ratchet_figures.names import AT_A_LEVEL, CONTRIBUTION
from ratchet_figures.showing import shown, shown_value

PORTFOLIO: Final = "portfolio"
_CALLED: Final = {
    "volatility": "yearly volatility",
    "sharpe_ratio": "Sharpe ratio",
    "sortino_ratio": "Sortino ratio",
    "max_drawdown": "largest drawdown",
    "var_historical": "historical value at risk",
    "cvar_historical": "historical conditional value at risk",
    "var_parametric": "parametric value at risk",
    "cvar_parametric": "parametric conditional value at risk",
    "debt_to_equity": "ratio of debt to equity",
    "debt_to_assets": "ratio of debt to assets",
    "liabilities_to_assets": "ratio of liabilities to assets",
    "interest_coverage": "coverage of interest by operating income",
    "cash_coverage": "coverage of interest by operating cash flow",
}
_SIGNIFICANT: Final = 2  # digits that a small value is shown with at least
_MOST_DIGITS: Final = 12


@dataclass(frozen=True, slots=True)
class Marked:
    """`mark` as the text has it, `1` of `[1]`."""

    mark: str
    figure: Figure

    @property
    def sources(self) -> tuple[Source, ...]:
        return tuple(dict.fromkeys(one.source for one in self.figure.inputs if one.source))


@dataclass(frozen=True, slots=True)
class Narration:
    text: str
    marks: tuple[Marked, ...]
    notes: tuple[str, ...]  # what was assumed, and what could not be computed


def narrated(computed: Computed, first_mark: int = 1, prefix: str = "") -> Narration:
    """A paragraph for each subject, in the order in which they come. `prefix`: of each mark, `F` of `[F1]`."""
    marks = [Marked(f"{prefix}{number}", one) for number, one in enumerate(computed.figures, first_mark)]
    by_subject: dict[str, list[str]] = {}
    for marked in marks:
        by_subject.setdefault(marked.figure.subject, []).append(_sentence(marked))
    text = "\n\n".join(" ".join(sentences) for sentences in by_subject.values())
    return Narration(text, tuple(marks), tuple(dict.fromkeys(_notes(computed))))


def _notes(computed: Computed) -> Iterable[str]:
    for figure in computed.figures:
        yield from figure.assumptions
    for one in computed.refusals:
        yield f"The {_called(one.name)} of {_the(one.subject)} was not computed. {one.reason}"


def _sentence(marked: Marked) -> str:
    one = marked.figure
    period = f"from {one.period.first} to {one.period.last}"
    said = _SAID.get(one.name, _growth if one.name.endswith(("_growth", "_cagr")) else _measure)(one)
    return f"{said[0].upper()}{said[1:]} {period} [{marked.mark}]."


def _measure(one: Figure) -> str:
    return f"the {_called(one.name)} of {_the(one.subject)} was {_value(one)}"


def _return(one: Figure) -> str:
    verb, value = ("lost", _value(one).removeprefix("-")) if one.value < 0 else ("returned", _value(one))
    return f"{_the(one.subject)} {verb} {value} {'a year' if one.name == 'cagr' else 'in total'}"


def _growth(one: Figure) -> str:
    item, _, kind = one.name.rpartition("_")
    verb, value = ("fell", _value(one).removeprefix("-")) if one.value < 0 else ("grew", _value(one))
    return f"the {_called(item)} of {_the(one.subject)} {verb} by {value}{' a year' if kind == 'cagr' else ''}"


def _contribution(one: Figure) -> str:
    return f"{one.subject} contributed {_value(one)} to the total return"


def _at_a_level(one: Figure) -> str:
    level = next((its.value for its in one.inputs if its.name == "level" and its.value is not None), None)
    at = "" if level is None else f" at a level of {shown_value(level, 'share', digits=_digits(level * 100, 0))}"
    return f"the {_called(one.name)} of {_the(one.subject)}{at} was {_value(one)} of its worth in one step"


_SAID: Final[dict[str, Callable[[Figure], str]]] = {
    "total_return": _return,
    "cagr": _return,
    CONTRIBUTION: _contribution,
    **dict.fromkeys(AT_A_LEVEL, _at_a_level),
}


def _value(one: Figure) -> str:
    """With more digits where it would be shown as 0."""
    usual = shown(one)
    if one.value == 0 or any(digit in usual for digit in "123456789"):
        return usual
    scale = 100 if one.unit == "share" else 1
    return shown(one, _digits(one.value * scale, _SIGNIFICANT))


def _digits(value: float, significant: int) -> int:
    """Behind the point: so many significant ones, or, where that is 0, all that the value has."""
    for digits in range(_MOST_DIGITS):
        rounded = round(value, digits)
        if significant and abs(rounded) * 10**digits >= 10 ** (significant - 1):
            return digits
        if not significant and abs(rounded - value) < 1e-9:
            return digits
    return _MOST_DIGITS


def _called(name: str) -> str:
    return _CALLED.get(name, name.replace("_", " "))


def _the(subject: str) -> str:
    return f"the {PORTFOLIO}" if subject == PORTFOLIO else subject
