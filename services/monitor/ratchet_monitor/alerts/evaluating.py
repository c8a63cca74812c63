"""Rules and sums become conditions. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from ratchet_monitor.alerts.alert import RANK, Alert
from ratchet_monitor.alerts.burning import Pair, budget_used, burn_rate
from ratchet_monitor.alerts.condition import AT_ONCE, Condition, Severity
from ratchet_monitor.alerts.metrics import bad_of, measured
from ratchet_monitor.alerts.rules import SHARES, Rule
from ratchet_monitor.alerts.windows import OfWindow, Sums, groups

MOST_GROUPS: Final = 200  # of one rule, those with the most answers


def evaluated(tenant: str, rules: Sequence[Rule], of_window: OfWindow, now: datetime) -> list[Condition]:
    """Of each rule that is on, one for each of its groups that has answers in a window; without groups, always one."""
    found: list[Condition] = []
    for rule in rules:
        if rule.enabled:
            found += _of_rule(tenant, rule, of_window, now)
    return found


def _of_rule(tenant: str, rule: Rule, of_window: OfWindow, now: datetime) -> Iterator[Condition]:
    grouped = {minutes: groups(of_window(minutes), rule.filters, rule.by) for minutes in rule.windows}
    judge = _burning if rule.objective else _threshold
    for values in list(grouped[max(rule.windows)])[:MOST_GROUPS] if rule.by else [()]:
        its = rule.filters | {str(name): value for name, value in zip(rule.by, values, strict=True)}
        sums = {minutes: found.get(values, {}) for minutes, found in grouped.items()}
        yield _condition(tenant, rule, its, now, judge(rule, its, sums))


def no_longer(alert: Alert, rule: Rule | None, now: datetime) -> Condition:
    """Of a subject that nothing is seen of any more, or whose rule is gone."""
    why = "Nothing of it was seen in the rule's window." if rule else "Its rule is gone, or switched off."
    return Condition(
        tenant=alert.tenant,
        source=alert.source,
        subject=alert.subject,
        kind=alert.kind,
        severity=alert.severity,
        holds=False,
        sentence=why,
        at=now,
        clear_for=timedelta(minutes=rule.clear_minutes) if rule else AT_ONCE,
    )


Its = Mapping[str, str]  # a group: a value for each of what the rule goes by
OfIts = Mapping[int, Sums]  # what is of the group, by the minutes of each window
Judged = tuple[bool, Severity, str, dict[str, float]]


def _threshold(rule: Rule, its: Its, sums: OfIts) -> Judged:
    found = measured(rule.metric, sums[rule.window_minutes])
    numbers = {"threshold": rule.threshold, "n": float(found.n), "window_minutes": float(rule.window_minutes)}
    if found.value is None or found.n < rule.at_least:
        why = f"{found.n:,} answers in {_span(rule.window_minutes)} say too little; {rule.at_least} are asked for."
        return False, rule.severity, why, numbers
    beyond = found.value > rule.threshold if rule.comparison == "above" else found.value < rule.threshold
    value, span = _told(rule.metric, found.value), _span(rule.window_minutes)
    said = (
        f"{_named(rule, its)}: {value} in {span}, of {found.n:,} answers; "
        f"it should not be {rule.comparison} {_told(rule.metric, rule.threshold)}."
    )
    return beyond, rule.severity, said, numbers | {"value": found.value}


def _burning(rule: Rule, its: Its, sums: OfIts) -> Judged:
    assert rule.objective is not None  # noqa: S101  whoever calls it has looked
    objective = rule.objective
    rates: dict[int, tuple[float, int]] = {}
    for minutes in rule.windows:
        bad, n = bad_of(objective, sums[minutes])
        rates[minutes] = burn_rate(bad, n, objective.target), n
    burning = [pair for pair in objective.pairs if _burns(pair, rates, rule.at_least)]
    worst = max(burning or objective.pairs, key=lambda pair: (RANK[pair.severity], pair.factor))
    rate, n = rates[worst.long_minutes]
    numbers = {f"burn_rate_{minutes}m": rate for minutes, (rate, _) in sorted(rates.items())}
    numbers |= {"target": objective.target, "factor": worst.factor, "n": float(n)}
    said = (
        f"{_named(rule, its)}: the error budget of the objective {objective.target:.2%} {objective.indicator} burns "
        f"{rate:.1f} times as fast as it lasts, by {_span(worst.long_minutes)} of {n:,} answers; "
        f"{budget_used(rate, worst.long_minutes):.0%} of a month's went in that time."
    )
    return bool(burning), worst.severity, said, numbers


def _burns(pair: Pair, rates: Mapping[int, tuple[float, int]], at_least: int) -> bool:
    long, short = rates[pair.long_minutes], rates[pair.short_minutes]
    return long[1] >= at_least and long[0] > pair.factor and short[0] > pair.factor


def _condition(tenant: str, rule: Rule, its: Its, now: datetime, judged: Judged) -> Condition:
    holds, severity, sentence, numbers = judged
    group = {"group": rule.group} if rule.group else {}
    return Condition(
        tenant=tenant,
        source=rule.source,
        subject=", ".join([rule.metric, *_words(its)]),
        kind="rule",
        severity=severity,
        holds=holds,
        sentence=f"{sentence} {rule.description}".strip(),
        at=now,
        task_type=its.get("task"),
        numbers=numbers,
        labels={**its, "rule": rule.rule_id, **group},
        holds_for=timedelta(minutes=rule.for_minutes),
        clear_for=timedelta(minutes=rule.clear_minutes),
    )


def _named(rule: Rule, its: Its) -> str:
    return f"{rule.rule_id} ({', '.join(_words(its))})" if its else rule.rule_id


def _words(its: Its) -> list[str]:
    return [f"{name} {value or '-'}" for name, value in its.items()]


def _told(metric: str, value: float) -> str:
    if metric in SHARES:
        return f"{value:.1%}"
    if metric.endswith("_usd"):
        return f"{Decimal(f'{value:.4g}'):,f} USD"  # small ones, too, without an exponent
    return f"{value:,.0f} ms" if metric.endswith("_ms") else f"{value:,.4g}"


def _span(minutes: int) -> str:
    if minutes % 1440 == 0:
        return f"{minutes // 1440} d"
    return f"{minutes // 60} h" if minutes % 60 == 0 else f"{minutes} min"
