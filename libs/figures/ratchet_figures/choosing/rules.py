"""The words by which a question calls for a measure."""

import re
from dataclasses import dataclass
from typing import Final

from ratchet_figures.names import OF_PRICES, OF_STATEMENTS


@dataclass(frozen=True, slots=True)
class Rule:
    """`wide`: it gives way where a closer rule of its family has matched."""

    words: re.Pattern[str]
    measures: tuple[str, ...]
    family: str
    wide: bool = False

    def __post_init__(self) -> None:
        if strange := [name for name in self.measures if name not in (*OF_PRICES, *OF_STATEMENTS)]:
            raise ValueError(f"There is no measure {', '.join(strange)}.")


def _rule(words: str, measures: str, family: str, *, wide: bool = False) -> Rule:
    return Rule(re.compile(rf"\b(?:{words})", re.I), tuple(measures.split()), family, wide)


OF_PRICES_RULES: Final = (
    _rule(r"parametric\s+(?:var|value[\s-]at[\s-]risk)\b", "var_parametric", "var"),
    _rule(r"(?:parametric\s+)(?:cvar|expected\s+shortfall)\b", "cvar_parametric", "cvar"),
    _rule(
        r"(?:cvar|c-var|expected\s+shortfall|conditional\s+(?:var|value[\s-]at[\s-]risk))\b",
        "cvar_historical",
        "cvar",
        wide=True,
    ),
    _rule(r"(?<!conditional )(?<!c-)(?:var|value[\s-]at[\s-]risk)\b", "var_historical", "var", wide=True),
    _rule(r"volatil\w*|fluctuat\w*|standard\s+deviation|swings?\b", "volatility", "risk"),
    _rule(r"sharpe", "sharpe_ratio", "adjusted"),
    _rule(r"sortino|downside\s+(?:risk|deviation)", "sortino_ratio", "adjusted"),
    _rule(r"risk[\s-]adjusted", "sharpe_ratio sortino_ratio", "adjusted", wide=True),
    _rule(r"draw[\s-]?downs?\b|peak[\s-]to[\s-]trough|worst\s+(?:loss|fall|decline)", "max_drawdown", "risk"),
    _rule(r"beta\b|sensitiv\w+\s+to\s+the\s+market|market\s+risk", "beta", "beside"),
    _rule(r"(?:jensen'?s\s+)?alpha\b", "alpha", "beside"),
    _rule(r"tracking[\s-]error", "tracking_error", "beside"),
    _rule(r"correlat\w+", "correlation", "beside"),
    _rule(r"(?:out|under)[\s-]?perform\w*|beats?\b|beaten\b", "total_return alpha", "beside", wide=True),
    _rule(
        r"cagr\b|annuali[sz]ed\s+return|compound(?:ed)?\s+(?:annual\s+)?(?:return|growth)|returns?\s+(?:a|per)\s+year",
        "cagr",
        "return",
    ),
    _rule(
        r"contribut\w+|attribut\w+|which\s+(?:holding|position|stock|instrument)s?\b", "contribution", "contribution"
    ),
    _rule(
        r"(?:total\s+)?returns?\b(?!\s+on\b)"
        r"|perform(?:ed|ance|s|ing)?\b(?!\s+review)|how\s+much\s+did\s+\w+\s+(?:make|gain|lose)"
        r"|how\s+(?:well\s+|badly\s+)?(?:did|do|does|has|have|is|are|was|were)\s+(?:\w+\s+){0,3}"
        r"(?:portfolio|funds?|holdings?|investments?|positions?|stocks?|shares?)\s+(?:\w+\s+){0,3}?"
        r"(?:do|done|doing|far(?:e|ed|ing)|gone|going|develop(?:ed|ing)?)\b",
        "total_return cagr",
        "return",
        wide=True,
    ),
    _rule(
        r"how\s+(?:risky|safe|dangerous)|risk(?:s|y|iness|ier|iest)?\b"
        r"(?![\s-]?(?:free|adjusted|factors?|management))(?<!at risk)(?<!at-risk)"
        r"(?<!downside risk)(?<!market risk)",
        "volatility max_drawdown var_historical cvar_historical",
        "risk",
        wide=True,
    ),
)
OF_STATEMENTS_RULES: Final = (
    _rule(r"gross\s+(?:profit\s+)?margins?", "gross_margin", "margins"),
    _rule(r"(?:operating|ebit)\s+(?:profit\s+|income\s+)?margins?", "operating_margin", "margins"),
    _rule(r"net\s+(?:profit\s+|income\s+)?margins?", "net_margin", "margins"),
    _rule(r"(?:free\s+)?cash[\s-]?flow\s+margins?", "free_cash_flow_margin", "margins"),
    _rule(
        r"margins?\b|profitab\w+",
        "gross_margin operating_margin net_margin free_cash_flow_margin",
        "margins",
        wide=True,
    ),
    _rule(r"current\s+ratio", "current_ratio", "liquidity"),
    _rule(r"quick\s+ratio|acid[\s-]test", "quick_ratio", "liquidity"),
    _rule(r"cash\s+ratio", "cash_ratio", "liquidity"),
    _rule(
        r"(?:il)?liquid(?:ity)?\b|pay\s+its\s+(?:bills|short)|short[\s-]term\s+obligations",
        "current_ratio quick_ratio cash_ratio",
        "liquidity",
        wide=True,
    ),
    _rule(r"debt[\s-]to[\s-]equity|gearing", "debt_to_equity", "leverage"),
    _rule(r"debt[\s-]to[\s-]assets?", "debt_to_assets", "leverage"),
    _rule(r"liabilities[\s-]to[\s-]assets?", "liabilities_to_assets", "leverage"),
    _rule(
        r"leverage\w*|indebted\w*|solven\w+|how\s+much\s+debt|debt\s+(?:load|level|burden)",
        "debt_to_equity debt_to_assets liabilities_to_assets",
        "leverage",
        wide=True,
    ),
    _rule(r"interest\s+cover\w*", "interest_coverage", "coverage"),
    _rule(
        r"(?:debt\s+service\s+)?coverage|(?:pay|afford|service)\s+(?:its|the|their)\s+(?:interest|debt)",
        "interest_coverage cash_coverage",
        "coverage",
        wide=True,
    ),
)
BENCHMARK_WORDS: Final = re.compile(
    r"\b(?:benchmark|index|market|out[\s-]?perform\w*|under[\s-]?perform\w*|beta|alpha|tracking[\s-]error|correlat\w+)\b",
    re.I,
)
ITEM_WORDS: Final = tuple(
    (item, re.compile(rf"\b(?:{words})\b", re.I))
    for item, words in (
        ("revenue", r"revenues?|(?:net\s+)?sales|top[\s-]line|turnover"),
        ("cost_of_revenue", r"cost\s+of\s+(?:revenue|sales|goods\s+sold)|cogs"),
        ("operating_income", r"operating\s+(?:income|profit)|ebit"),
        ("net_income", r"net\s+(?:income|profit|earnings)|earnings|bottom[\s-]line|(?<!gross )(?<!operating )profits?"),
        ("total_assets", r"(?:total\s+)?assets"),
        ("total_debt", r"(?:total\s+)?debt"),
        ("equity", r"(?:shareholders?['’]?\s+)?equity"),
        ("operating_cash_flow", r"(?:operating\s+)?cash\s+flows?"),
        ("inventory", r"inventor(?:y|ies)"),
        ("receivables", r"receivables"),
    )
)
