"""Rules that could never fire, or say what nobody would look at, and silences and receivers of nothing. Pure.

They are refused when they come and not when they are read: what a tenant has set down before is read as it is.
"""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from ratchet_monitor.alerts.rules import SHARES, Objective, RuleBody

LABELS: Final = frozenset(
    {
        *("task", "model", "version", "template", "document_type", "rule", "group"),  # of rules
        *("task_type", "feature", "budget"),  # of detectors and budgets
        *("kind", "source", "subject"),  # of all
    }
)
NOT_OF_BURNING: Final = ("comparison", "threshold", "window_minutes", "severity")


class Unfit(NamedTuple):
    """`why`: a sentence."""

    field: str
    why: str


def unfit(rule: RuleBody) -> Unfit | None:
    """The first of what does not fit together."""
    found = _of_objective(rule, rule.objective) if rule.objective else _of_threshold(rule)
    return next(found, None)


def unfit_labels(names: Iterable[str]) -> Unfit | None:
    unknown = sorted(set(names) - LABELS)
    if not unknown:
        return None
    return Unfit("match", f"No alert has the label {unknown[0]}: there are {', '.join(sorted(LABELS))}.")


def _of_threshold(rule: RuleBody) -> Iterator[Unfit]:
    above, threshold = rule.comparison == "above", rule.threshold
    if rule.metric in SHARES and not 0 <= threshold <= 1:
        yield Unfit("threshold", f"{rule.metric} is a share from 0 to 1, and {threshold:g} is none: 25 % is 0.25.")
    if rule.metric in SHARES and above and threshold == 1:
        yield Unfit("threshold", f"{rule.metric} is never above 1: this can never fire.")
    if threshold < 0 or (threshold == 0 and not above):
        yield Unfit("threshold", f"{rule.metric} is never less than 0: this fires always, or never.")
    if rule.metric == "answers" and not above and rule.at_least >= threshold:
        why = f"fewer than {threshold:g} answers are fewer than the {rule.at_least} that are asked for"
        yield Unfit("at_least", f"This can never fire, for {why}: set at_least to 0.")


def _of_objective(rule: RuleBody, objective: Objective) -> Iterator[Unfit]:
    for name in NOT_OF_BURNING:
        if getattr(rule, name) != RuleBody.model_fields[name].default:
            yield Unfit(name, f"A burn rate goes by its objective's pairs, and {name} says nothing: leave it out.")
    for number, pair in enumerate(objective.pairs):
        if pair.long_minutes <= pair.short_minutes:
            why = f"{pair.long_minutes} minutes are no longer than {pair.short_minutes}"
            yield Unfit(f"objective.pairs.{number}.long_minutes", f"The long window has to be the longer one: {why}.")
    fastest = 1 / (1 - objective.target)  # where every answer is bad
    if all(pair.factor >= fastest for pair in objective.pairs):
        why = f"even with every answer bad, the budget burns {fastest:.3g} times as fast as it lasts"
        yield Unfit("objective.pairs", f"This can never fire: {why}, and each factor asks for more.")
