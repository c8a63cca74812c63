"""`ratchet eval approaches`: the suite is read, the router asked, what was answered scored and shown."""

import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from ratchet_cli.approaches import wording
from ratchet_cli.approaches.asking import PAUSES_S, NotHere, Silent, asked
from ratchet_cli.approaches.asks import Ask, Wanted, asks_of
from ratchet_cli.approaches.judging import judged, key_of
from ratchet_cli.approaches.named_documents import ids_of
from ratchet_cli.approaches.page import page
from ratchet_cli.approaches.report import Paraphrases, Report
from ratchet_cli.approaches.results import Answer, Results, first_of
from ratchet_cli.approaches.scores import Case
from ratchet_cli.approaches.suite import Question, read_suite
from ratchet_cli.approaches.summary import summary
from ratchet_cli.printable import shown_safely
from ratchet_cli.router_calls import Router
from ratchet_cli.showing import console, table
from ratchet_cli.watching import LeftError
from ratchet_common.errors import CannotStartError


@dataclass(frozen=True, slots=True)
class Order:
    suite: Path
    results: Path
    wanted: Wanted
    judge: str
    parallel: int
    seed: int
    pauses_s: Sequence[float] = PAUSES_S  # before a router that is away is asked again


@dataclass(slots=True)
class Missing:
    """What there is no answer for, and why. `kept`: what was answered before."""

    not_here: dict[str, dict[str, str]] = field(default_factory=dict)
    silent: Counter[str] = field(default_factory=Counter)
    kept: int = 0


def approaches(order: Order, gateway: Router, *, page_at: Path | None, as_json: bool) -> int:
    """0; 1 where a request had no answer, or no approach could be asked. Raises CannotStartError."""
    report = measured(order, gateway)
    if page_at is not None:
        _write(page_at, page(report))
    if as_json:
        sys.stdout.write(json.dumps(report.as_json(), indent=2) + "\n")
    else:
        show(report)
    return int(bool(report.silent) or not report.found.sides)


def measured(order: Order, gateway: Router) -> Report:
    """What is in the results already is not asked again. Raises CannotStartError."""
    suite = _suite_at(order.suite)
    ids = ids_of(suite, gateway)
    asks = asks_of(suite, order.wanted)
    results = Results(order.results)
    try:
        missing = _answered(asks, gateway, order, results)
        unclear = _judged(suite, asks, results, order.judge, gateway) if order.judge else 0
    except KeyboardInterrupt:
        raise LeftError(f"What was answered is kept in {order.results}: the same command goes on.") from None
    finally:
        results.close()
    return _report(order, suite, asks, ids, results, missing, unclear)


def show(report: Report) -> None:
    out = console()
    out.print(shown_safely(f"{report.suite}: {wording.counted(report.found)}"), soft_wrap=True)
    for said in wording.not_available(report):
        out.print(shown_safely(said), soft_wrap=True)
    for rows, title in (
        (wording.measures(report), "Numbers"),
        (wording.differences(report), "Differences in accuracy"),
    ):
        head, *body = rows
        if body:
            out.print(table([dict(zip(head, row, strict=True)) for row in body], title))
    for note in report.notes:
        out.print(shown_safely(f"- {note}"), soft_wrap=True)


def _suite_at(path: Path) -> tuple[Question, ...]:
    try:
        with path.open("rb") as lines:
            return read_suite(lines)
    except OSError as error:
        raise CannotStartError(f"The suite {path} cannot be read: {error.strerror}.") from None


def _answered(asks: Sequence[Ask], gateway: Router, order: Order, results: Results) -> Missing:
    each = {ask.key: ask for ask in asks}
    todo = [ask for key, ask in each.items() if key not in results.answers]
    missing = Missing(kept=len(each) - len(todo))
    with _bar() as shown:
        task = shown.add_task("Asking", total=len(each), completed=missing.kept)
        for said in asked(todo, gateway, order.parallel, order.pauses_s):
            if isinstance(said, Answer):
                results.add(said)
            elif isinstance(said, NotHere):
                missing.not_here.setdefault(said.approach, {})[said.task_type] = said.why
            elif isinstance(said, Silent):
                missing.silent[said.ask.approach] += 1
            shown.advance(task)
    return missing


def _judged(suite: Sequence[Question], asks: Sequence[Ask], results: Results, judge: str, gateway: Router) -> int:
    """How many verdicts are unclear. What was judged is not judged again."""
    questions = {one.id: one for one in suite}
    first = first_of(asks, results.answers).items()
    scored = [(questions[name], answer) for (name, _), answer in first if not answer.refused]
    unclear = 0
    with _bar() as shown:
        task = shown.add_task("Judging", total=len(scored))
        for question, answer in scored:
            place = (key_of(question, answer), judge)
            if place not in results.judgements:
                results.add(judged(question, answer, judge, gateway))
            unclear += results.judgements[place].correct is None
            shown.advance(task)
    return unclear


def _report(
    order: Order,
    suite: Sequence[Question],
    asks: Sequence[Ask],
    ids: Mapping[str, str],
    results: Results,
    missing: Missing,
    unclear: int,
) -> Report:
    cases = _cases(order, suite, asks, ids, results)
    return Report(
        suite=order.suite.name,
        found=summary(cases, len(suite), order.seed),
        approaches=order.wanted.approaches,
        not_here=missing.not_here,
        silent=dict(missing.silent),
        draws=order.wanted.draws,
        paraphrases=_paraphrases(suite, asks) if order.wanted.paraphrases else None,
        parallel=order.parallel,
        seed=order.seed,
        judge=order.judge,
        unclear=unclear,
        kept=missing.kept,
    )


def _cases(
    order: Order, suite: Sequence[Question], asks: Sequence[Ask], ids: Mapping[str, str], results: Results
) -> dict[str, dict[str, Case]]:
    first = first_of(asks, results.answers)
    others: dict[tuple[str, str], list[Answer]] = {}
    for ask in asks:
        if not ask.is_scored and ask.key in results.answers:
            others.setdefault((ask.question_id, ask.approach), []).append(results.answers[ask.key])
    return {
        approach: {
            one.id: _case(one, answer, others.get((one.id, approach), []), ids, results, order.judge)
            for one in suite
            if (answer := first.get((one.id, approach))) is not None
        }
        for approach in order.wanted.approaches
    }


def _case(
    one: Question, answer: Answer, others: Sequence[Answer], ids: Mapping[str, str], results: Results, judge: str
) -> Case:
    return Case(
        question=one,
        answer=answer,
        others=tuple(others),
        judgement=results.judgements.get((key_of(one, answer), judge)),
        group=("document", ids[one.relevant[0]]) if one.relevant else ("question", one.id),
        documents=frozenset(ids[name] for name in one.relevant),
        pages=frozenset((ids[place.document], place.page) for place in one.pages),
    )


def _paraphrases(suite: Sequence[Question], asks: Sequence[Ask]) -> Paraphrases:
    made = {ask.question_id for ask in asks if ask.made}
    given = {ask.question_id for ask in asks if ask.rephrased} - made
    return Paraphrases(len(given), len(made), len(suite) - len(given) - len(made))


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CannotStartError(f"The page {path} cannot be written: {error.strerror}.") from None


def _bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty())
