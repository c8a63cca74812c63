"""What a report's tables say, for whatever page they stand on: rows of plain text. Pure."""

from collections.abc import Callable
from typing import Final

from ratchet_common.pages.page import Table
from ratchet_common.plurals import so_many
from ratchet_trainer.suites.judged import JudgeReport
from ratchet_trainer.suites.report import Report
from ratchet_trainer.suites.summary import Estimate, Side, Summary

NOTHING: Final = "–"  # noqa: RUF001
METRICS: Final[tuple[tuple[str, Callable[[Side], str]], ...]] = (
    ("accuracy (mean score)", lambda side: estimate(side.accuracy)),
    ("cases passed", lambda side: f"{side.passed:.1%}"),
    ("relevance", lambda side: number(side.relevance)),
    ("completeness", lambda side: number(side.completeness)),
    ("consistency", lambda side: number(side.consistency)),
    ("latency, p50", lambda side: f"{side.latency_p50_ms:,.0f} ms"),
    ("latency, p95", lambda side: f"{side.latency_p95_ms:,.0f} ms"),
    ("cost of an answer", lambda side: f"{side.cost_usd:.6f} USD"),
    ("format errors", lambda side: str(side.malformed)),
    ("answers with private data", lambda side: str(side.private)),
    ("cases without an answer", lambda side: str(side.unanswered)),
    ("cases that it was not sure of", lambda side: str(side.abstained)),
)


def verdict(report: Report) -> str:
    """One sentence: is it better?"""
    found = report.summary
    if found is None:
        return f"The evaluation is {report.state}: there is no result."
    on = f"on {so_many(found.counted, 'case')}"
    if found.improvement is None:
        return f"The mean score is {estimate(found.candidate.accuracy)} {on}."
    gain = found.improvement.absolute
    word = "better than" if gain.low > 0 else "worse than" if gain.high < 0 else "not known to differ from"
    relative = found.improvement.relative
    share = "" if relative is None else f", or {relative:+.1%} over its score,"
    return f"{report.candidate} is {word} {report.baseline}: {signed(gain)}{share} {on}."


def metrics(found: Summary) -> Table:
    head = ("", "candidate", "baseline") if found.baseline else ("", "candidate")
    sides = [found.candidate] + ([found.baseline] if found.baseline else [])
    return [head, *((name, *(shown(side) for side in sides)) for name, shown in METRICS)]


def slices(found: Summary) -> Table:
    if not found.slices:
        return []
    if found.baseline is None:
        return [("slice", "cases", "score"), *((s.name, str(s.n), estimate(s.candidate)) for s in found.slices)]
    rows = ((s.name, str(s.n), estimate(s.candidate), estimate(s.baseline), signed(s.gain)) for s in found.slices)
    return [("slice", "cases", "candidate", "baseline", "gain"), *rows]


def judge(judged: JudgeReport | None) -> str:
    if judged is None:
        return "No judge was asked: none is configured, none was wanted, or there is no baseline."
    win = NOTHING if judged.win_rate is None else f"{judged.win_rate:.1%} ({judged.low:.1%} to {judged.high:.1%})"
    said = (
        f"{judged.model}, asked in both orders: {judged.wins} wins, {judged.losses} losses, {judged.ties} ties, "
        f"{judged.unclear} unclear; win rate, a tie counting half: {win}."
    )
    if judged.silent:
        said += " It gave no answer again and again, and was not asked any more."
    if judged.people is None:
        return f"{said} How far it agrees with people is not known: people rated no two answers to one request."
    people = judged.people
    kappa = "not defined" if people.kappa is None else f"{people.kappa:.2f}"
    return (
        f"{said} It agrees with people on {people.accuracy:.1%} ({people.low:.1%} to {people.high:.1%}) of "
        f"{people.pairs} pairs that they rated; Cohen's kappa is {kappa}."
    )


def cases(report: Report) -> Table:
    compared = any(case.baseline for case in report.cases)
    head = ("case", "candidate", "passed") + (("baseline", "passed") if compared else ()) + ("judge",)
    rows: Table = [head]
    for case in report.cases:
        row = [case.case_id, _score(case.candidate.score, case.candidate.error), yes(passed=case.candidate.passed)]
        if compared:
            other = case.baseline
            row += [_score(other.score, other.error), yes(passed=other.passed)] if other else [NOTHING, NOTHING]
        rows.append((*row, case.preferred or NOTHING))
    return rows


def estimate(found: Estimate | None) -> str:
    return NOTHING if found is None else f"{found.mean:.3f} ({found.low:.3f} to {found.high:.3f})"


def signed(found: Estimate | None) -> str:
    return NOTHING if found is None else f"{found.mean:+.3f} ({found.low:+.3f} to {found.high:+.3f})"


def number(found: float | None) -> str:
    return NOTHING if found is None else f"{found:.3f}"


def yes(*, passed: bool) -> str:
    return "yes" if passed else "no"


def _score(score: float | None, error: str) -> str:
    return f"{NOTHING if score is None else f'{score:.3f}'}{f' ({error})' if error else ''}"
