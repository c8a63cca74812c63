"""Everything that is told of a run, and what has to be said beside its numbers. Pure."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from ratchet_cli.approaches.measures import MEASURES
from ratchet_cli.approaches.summary import Summary
from ratchet_common.plurals import so_many


@dataclass(frozen=True, slots=True)
class Paraphrases:
    """Questions by what they were rephrased with."""

    given: int
    made: int
    none: int


@dataclass(frozen=True, slots=True)
class Report:
    """`not_here`: why, by approach and task. `silent`: questions by approach that had no answer in this run. `unclear`:
    verdicts of the judge that were no verdict. `kept`: answers that were in the results before.
    """

    suite: str
    found: Summary
    approaches: tuple[str, ...]
    not_here: dict[str, dict[str, str]]
    silent: dict[str, int]
    draws: int
    paraphrases: Paraphrases | None
    parallel: int
    seed: int
    judge: str
    unclear: int
    kept: int = 0

    @property
    def notes(self) -> tuple[str, ...]:
        return tuple(_notes(self))

    def as_json(self) -> dict[str, Any]:
        """No text of a question or an answer."""
        found = asdict(self.found)
        return {
            "suite": self.suite,
            "questions": found["questions"],
            "counted": found["counted"],
            "groups": found["groups"],
            "draws": self.draws,
            "paraphrases": asdict(self.paraphrases) if self.paraphrases else None,
            "parallel": self.parallel,
            "answered_before": self.kept,
            "seed": self.seed,
            "judge": {"model": self.judge, "unclear": self.unclear} if self.judge else None,
            "targets": {one.name: one.target for one in MEASURES if one.target is not None},
            "approaches": [
                next((side for side in found["sides"] if side["approach"] == name), {"approach": name})
                | {"not_available": self.not_here.get(name, {}), "without_answer": self.silent.get(name, 0)}
                for name in self.approaches
            ],
            "differences": found["differences"],
            "notes": list(self.notes),
            "scores": found["scores"],
        }


def _notes(report: Report) -> Iterator[str]:
    found = report.found
    if report.kept:
        yield (
            f"{so_many(report.kept, 'answer')} of an earlier run stood in the results already, and of whichever router "
            "and documents there were then: remove the file to ask anew."
        )
    if found.counted < found.questions:
        yield (
            f"{found.counted} of {so_many(found.questions, 'question')} count: those that every approach answered "
            "which is available at all."
        )
    if simulated := [f"{side.simulated} of {side.approach}" for side in found.sides if side.simulated]:
        yield (
            f"Answers of simulated models: {', '.join(simulated)}. These models are rules for trying things out, which "
            "know nothing: such numbers say nothing of any model."
        )
    for side in found.sides:
        if side.others:
            given = so_many(side.others, "answer")
            yield f"{side.approach}: another approach gave {given} in its place, after an error or an abstention."
        if side.not_found:
            yield f"{side.approach}: {so_many(side.not_found, 'question')} had the answer that nothing was found."
        for why, times in side.refused.items():
            yield f"{side.approach}: {so_many(times, 'question')} could not be answered ({why}), and score 0."
    for approach, times in report.silent.items():
        yield f"{approach}: {so_many(times, 'request')} had no answer; the same command asks again for them."
    yield from _of_method(report)


def _of_method(report: Report) -> Iterator[str]:
    made = report.paraphrases
    if made is None:
        yield f"Consistency is of {so_many(report.draws, 'draw')} of each question, without paraphrases."
    else:
        yield (
            f"Consistency is of {so_many(report.draws, 'draw')} of each question and of its paraphrases: "
            f"{so_many(made.given, 'question')} had some in the suite, for {made.made} a rule put a frame around "
            f"the same words, which is the mildest of tests, and {made.none} had none."
        )
    at_once = so_many(report.parallel, "question")
    yield (
        f"Latency is that of the first draw within the router, nothing out of the cache, while up to {at_once} "
        "were asked at the same time."
    )
    if report.judge:
        yield (
            f"Judged by {report.judge}, one answer at a time; {so_many(report.unclear, 'verdict')} unclear. "
            "How far it agrees with people is not measured here."
        )
