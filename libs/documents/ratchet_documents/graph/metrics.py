"""The names under which statements have a metric, and the one that it has here. Exact, for a row's label as a whole."""

import re
from typing import Final

from ratchet_documents.graph.other_labels import LOSSES, OTHERS

PER_SHARE: Final = ("eps_basic", "eps_diluted", "dividends_per_share")

OF_A_DAY: Final = frozenset(  # of a balance sheet
    (
        "cash",
        "marketable_securities",
        "receivables",
        "inventory",
        "current_assets",
        "total_assets",
        "current_liabilities",
        "long_term_debt",
    )
) | {"total_debt", "total_liabilities", "equity"}

_NAMES: Final = {
    "revenue": (
        "revenue",
        "revenues",
        "net revenue",
        "net revenues",
        "net sales",
        "total net sales",
        "total revenue",
        "total revenues",
        "total net revenue",
        "total net revenues",
        "sales",
        "total sales",
        "net sales and revenues",
        "total sales and revenues",
        "turnover",
    ),
    "cost_of_revenue": (
        "cost of sales",
        "cost of revenue",
        "cost of revenues",
        "total cost of sales",
        "total cost of revenue",
        "total cost of revenues",
        "cost of goods sold",
        "total cost of goods sold",
    ),
    "gross_profit": (
        "gross profit",
        "gross margin",
        "total gross margin",
        "total gross profit",
    ),
    "research_and_development": (
        "research and development",
        "research and development expense",
        "research and development expenses",
    ),
    "operating_expenses": (
        "total operating expenses",
        "operating expenses",
        "total costs and expenses",
    ),
    "operating_income": (
        "operating income",
        "income from operations",
        "operating profit",
        "operating income (loss)",
        "income (loss) from operations",
        "total operating income",
        "operating loss",
        "loss from operations",
        "operating profit (loss)",
        "operating profit/(loss)",
        "profit from operations",
    ),
    "income_before_tax": (
        "income before provision for income taxes",
        "income before income taxes",
        "income before taxes",
        "income (loss) before income taxes",
        "income before provision for (benefit from) income taxes",
        "income (loss) before taxes",
        "profit before tax",
        "profit before taxation",
    ),
    "income_tax": (
        "provision for income taxes",
        "income tax expense",
        "income tax expense (benefit)",
        "provision (benefit) for income taxes",
        "provision for (benefit from) income taxes",
        "income taxes",
    ),
    "net_income": (
        "net income",
        "net income (loss)",
        "net earnings",
        "net profit",
        "net loss",
        "profit for the period",
        "profit for the year",
        "loss for the period",
        "loss for the year",
        "profit (loss) for the period",
        "profit (loss) for the year",
        "profit/(loss) for the year",
        "profit/(loss) for the period",
        "net profit (loss)",
        "net profit/(loss)",
        "consolidated net income",
    ),
    "interest_expense": (
        "interest expense",
        "total interest expense",
        "interest expense on debt",
        "interest and debt expense",
        "finance costs",
        "finance cost",
    ),
    "eps_basic": (
        "basic",
        "basic earnings per share",
        "earnings per share basic",
        "basic earnings (loss) per share",
    ),
    "eps_diluted": (
        "diluted",
        "diluted earnings per share",
        "earnings per share diluted",
        "diluted earnings (loss) per share",
    ),
    "dividends_per_share": (
        "dividends declared per share",
        "cash dividends declared per share",
        "dividends per share",
    ),
    "cash": (
        "cash and cash equivalents",
        "cash",
        "cash, cash equivalents and restricted cash",
    ),
    "marketable_securities": (
        "marketable securities",
        "current marketable securities",
        "short-term marketable securities",
        "marketable securities, current",
        "short-term investments",
        "short term investments",
    ),
    "receivables": (
        "accounts receivable, net",
        "accounts receivable",
        "receivables",
        "trade receivables",
        "trade and other receivables",
        "accounts receivable, net and other",
    ),
    "inventory": (
        "inventories",
        "inventory",
        "total inventories",
    ),
    "current_assets": ("total current assets",),
    "total_assets": ("total assets",),
    "current_liabilities": ("total current liabilities",),
    "long_term_debt": (
        "long-term debt",
        "total long-term debt",
        "term debt",
    ),
    "total_debt": ("total debt",),
    "total_liabilities": ("total liabilities",),
    "equity": (
        "total shareholders' equity",
        "total stockholders' equity",
        "total equity",
        "shareholders' equity",
        "stockholders' equity",
        "total shareholders’ equity",
        "total stockholders’ equity",
    ),
    "operating_cash_flow": (
        "cash generated by operating activities",
        "net cash provided by operating activities",
        "net cash from operations",
        "net cash provided by (used in) operating activities",
        "net cash from operating activities",
        "operating cash flow",
    ),
    "capital_expenditure": (
        "capital expenditures",
        "capital expenditure",
        "payments for acquisition of property, plant and equipment",
        "purchases of property and equipment",
        "additions to property and equipment",
        "purchases of property, plant and equipment",
    ),
    "depreciation_and_amortization": (
        "depreciation and amortization",
        "depreciation, amortization and other",
    ),
    "free_cash_flow": (
        "free cash flow",
        "adjusted free cash flow",
    ),
}
_ENGLISH: Final = {name: metric for metric, names in _NAMES.items() for name in names}
METRICS: Final = _ENGLISH | OTHERS
LONGEST: Final = max(map(len, METRICS))
IN_PROSE: Final = "|".join(
    re.escape(name)
    for name in sorted(_ENGLISH, key=len, reverse=True)
    if name not in ("basic", "diluted", "cash", "sales")
)
_NOTE: Final = re.compile(
    r"\s*(?:\((?:(?:notes?|anhang)\s)?(?:\d{1,2}|[a-z]{1,3})(?:[,\s]\s?(?:and\s)?(?:\d{1,2}|[a-z]{1,3}))*\)|[*†:⁰¹²³⁴⁵⁶⁷⁸⁹,]+)\s*\Z"
)


def is_loss(label: str) -> bool:
    """Its figures are losses, whether they stand in parentheses or not."""
    name = _name(label)
    return name in LOSSES or ("loss" in name.split() and name in METRICS)


def metric_of(label: str) -> str:
    """Empty where it is none that is known: `Products net sales` is not `net sales`."""
    if len(label) > LONGEST + 12:
        return ""
    name = _name(label)
    return METRICS.get(name) or METRICS.get(name.replace("’", "'"), "")


def _name(label: str) -> str:
    return _NOTE.sub("", " ".join(label.casefold().split()))
