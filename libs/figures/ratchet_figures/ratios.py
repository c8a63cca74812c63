"""Margins, leverage, liquidity, coverage: of one statement."""

from collections.abc import Mapping
from dataclasses import dataclass

from ratchet_figures.figure import CannotComputeError, Figure, Unit
from ratchet_figures.statements import Statement, inputs


@dataclass(frozen=True, slots=True)
class Ratio:
    """Of sums of items, which may be subtracted (`-inventory`)."""

    name: str
    unit: Unit
    over: tuple[str, ...]
    under: tuple[str, ...]

    @property
    def items(self) -> frozenset[str]:
        return frozenset(name.removeprefix("-") for name in (*self.over, *self.under))

    @property
    def formula(self) -> str:
        return f"{_sum(self.over)} / {_sum(self.under)}"


RATIOS = {
    one.name: one
    for one in (
        Ratio("gross_margin", "share", ("revenue", "-cost_of_revenue"), ("revenue",)),
        Ratio("operating_margin", "share", ("operating_income",), ("revenue",)),
        Ratio("net_margin", "share", ("net_income",), ("revenue",)),
        Ratio("free_cash_flow_margin", "share", ("operating_cash_flow", "-capital_expenditure"), ("revenue",)),
        Ratio("debt_to_equity", "ratio", ("total_debt",), ("equity",)),
        Ratio("debt_to_assets", "ratio", ("total_debt",), ("total_assets",)),
        Ratio("liabilities_to_assets", "ratio", ("total_liabilities",), ("total_assets",)),
        Ratio("current_ratio", "ratio", ("current_assets",), ("current_liabilities",)),
        Ratio("quick_ratio", "ratio", ("cash", "marketable_securities", "receivables"), ("current_liabilities",)),
        Ratio("cash_ratio", "ratio", ("cash", "marketable_securities"), ("current_liabilities",)),
        Ratio("interest_coverage", "ratio", ("operating_income",), ("interest_expense",)),
        Ratio("cash_coverage", "ratio", ("operating_cash_flow",), ("interest_expense",)),
    )
}


def ratio_of(statement: Statement, ratio: Ratio) -> Figure:
    """Raises CannotComputeError where an item is missing, or what is divided by is not above 0."""
    names = dict.fromkeys(name.removeprefix("-") for name in (*ratio.over, *ratio.under))
    given = inputs(statement, list(names))
    values = {its.name: its.value or 0.0 for its in given}
    under = _total(ratio.under, values)
    if under <= 0:
        raise CannotComputeError(f"{_sum(ratio.under)} is {under:,.0f} {statement.currency}: no ratio to it.")
    value = _total(ratio.over, values) / under
    return Figure(ratio.name, statement.company, value, ratio.unit, statement.period, ratio.formula, given)


def _total(terms: tuple[str, ...], values: Mapping[str, float]) -> float:
    return sum(-values[term[1:]] if term.startswith("-") else values[term] for term in terms)


def _sum(terms: tuple[str, ...]) -> str:
    whole = terms[0] + "".join(f" - {term[1:]}" if term.startswith("-") else f" + {term}" for term in terms[1:])
    return f"({whole})" if len(terms) > 1 else whole
