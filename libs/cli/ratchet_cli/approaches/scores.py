"""What one answer is worth, by each measure that fits it. None: the measure says nothing of it. Pure.

Retrieval is a ranking of documents, and one of pages: a passage stands for each of its pages, in their order. Citations
are measured in two ways. As ALCE does it (Gao et al., 2023): do the quoted words say what they are cited for? And by
what the suite holds relevant: which share of the cited passages is, and which share of the relevant pages (documents,
where no pages are named) is cited?
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ratchet_cli.approaches.asks import RETRIEVING
from ratchet_cli.approaches.marks import marked, unmarked
from ratchet_cli.approaches.results import Answer, Judgement
from ratchet_cli.approaches.suite import Question
from ratchet_scoring.agreement import mutual
from ratchet_scoring.citations import citations
from ratchet_scoring.coverage import relevance
from ratchet_scoring.figures import figures_answered, figures_wanted
from ratchet_scoring.hybrid_answers import HybridScore, hybrid_answer, hybrid_score
from ratchet_scoring.named import Wanted, score_by
from ratchet_scoring.nothing_said import says_nothing
from ratchet_scoring.ranking import hit, ndcg, reciprocal_rank

CUTS: Final = (1, 3, 5, 10)
DEPTH: Final = 10  # of nDCG

Scores = Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Case:
    """A question with everything that one approach said to it. `others`: further draws, and answers to paraphrases.
    `group`: what is drawn together with it. `documents`: ids of those that are relevant, `pages`: ids with pages.
    """

    question: Question
    answer: Answer
    others: tuple[Answer, ...]
    judgement: Judgement | None
    group: tuple[str, str]
    documents: frozenset[str]
    pages: frozenset[tuple[str, int]]


def scores_of(case: Case) -> dict[str, float | None]:
    """0 to 1 each, but `latency_ms` and `cost_usd`. What was refused is an answer that is worth nothing."""
    said = unmarked(case.answer.output)
    return {
        **_answer(case.question, said, refused=bool(case.answer.refused)),
        **_judged(case),
        "relevance": _relevance(case, said),
        "consistency": _consistency(case),
        **_citations(case),
        **_retrieval(case),
        "latency_ms": None if case.answer.refused else case.answer.latency_ms,
        "cost_usd": None if case.answer.refused else case.answer.cost_usd,
    }


def _answer(one: Question, said: str, *, refused: bool) -> dict[str, float | None]:
    if one.unanswerable:
        right = float(not refused and says_nothing(said))
        return {"accuracy": right, "exact": right, "f1": right, "numeric": None, "abstained": right}
    figures = bool(figures_wanted(one.text))
    if refused:
        return {"accuracy": 0.0, "exact": 0.0, "f1": 0.0, "numeric": 0.0 if figures else None}
    hybrid = hybrid_score(hybrid_answer(said), one.answer, computed=one.computed)
    return {
        "accuracy": _accuracy(one, said, hybrid),
        "exact": hybrid.exact,
        "f1": hybrid.f1,
        "numeric": figures_answered(_spelled(said), one.text, one.tolerance) if figures else None,
    }


def _spelled(said: str) -> str:
    """`1,500, 1,200 thousand` is both in thousands, as `exact` reads it: each with the scale that stands once."""
    answer = hybrid_answer(said)
    return ", ".join(f"{part} {answer.scale}" for part in answer.parts) if answer.scale else said


def _accuracy(one: Question, said: str, hybrid: HybridScore) -> float:
    """By the question's own scorer. What is hybrid is compared with the reference's own scale."""
    name = one.scored_by
    if name == "hybrid_exact":
        return hybrid.exact
    if name == "hybrid_f1":
        return hybrid.f1
    reference: object = list(one.scaled) if isinstance(one.reference, tuple) else one.text
    return score_by(name, said, Wanted(str(one.task_type), reference, tolerance=one.tolerance))


def _judged(case: Case) -> dict[str, float | None]:
    if case.answer.refused:
        return {"judged_correct": None, "judged_relevant": None}
    its = case.judgement
    return {
        "judged_correct": None if its is None or its.correct is None else float(its.correct),
        "judged_relevant": None if its is None or its.relevant is None else float(its.relevant),
    }


def _relevance(case: Case, said: str) -> float | None:
    """By words: of the question, of what is quoted, and of the reference, which stands for what is not quoted. None
    where it rightly says that there is no answer: those words are of no question.
    """
    if case.question.unanswerable and says_nothing(said):
        return None
    there = "\n".join([*(cited.quote for cited in case.answer.citations), case.question.text])
    return relevance(str(case.question.task_type), said, case.question.question, there)


def _consistency(case: Case) -> float | None:
    """Each answer by the question's own scorer, with each other as its reference, both ways. Two that say that there is
    no answer are the same, in whatever words.
    """
    one, task = case.question, str(case.question.task_type)
    said = [unmarked(answer.output) for answer in (case.answer, *case.others) if not answer.refused]

    def score(a: str, b: str) -> float:
        if says_nothing(a) or says_nothing(b):
            return float(says_nothing(a) and says_nothing(b))
        return score_by(one.scored_by, a, Wanted(task, b, tolerance=one.tolerance))

    return mutual(score, said)


def _citations(case: Case) -> dict[str, float | None]:
    """None of an approach that reads nothing; of an honest "not found" there is nothing to cite."""
    nothing = dict.fromkeys(("citation_recall", "citation_precision", "cited_relevant", "relevant_cited"))
    its = case.answer
    if its.asked_of not in RETRIEVING or its.refused or not its.found:
        return nothing
    quoted: dict[str, list[str]] = {}
    for cited in its.citations:
        quoted.setdefault(str(cited.passage), []).append(cited.quote)
    told = citations(marked(its.output, its.citations), {number: "\n".join(each) for number, each in quoted.items()})
    return nothing | {
        "citation_recall": told.recall if told.statements else None,
        "citation_precision": told.precision if told.citations else None,
        **_held_relevant(case),
    }


def _held_relevant(case: Case) -> dict[str, float | None]:
    relevant: frozenset[Hashable] = case.pages or case.documents
    if not relevant:
        return {}
    cited = dict.fromkeys((one.document_id, one.first_page, one.last_page) for one in case.answer.citations)
    each = [set(_places(*where)) if case.pages else {where[0]} for where in cited]
    right = [one for one in each if one & set(relevant)]
    return {
        "cited_relevant": len(right) / len(each) if each else None,
        "relevant_cited": len(set().union(*each) & set(relevant)) / len(relevant),
    }


def _retrieval(case: Case) -> dict[str, float | None]:
    if case.answer.asked_of not in RETRIEVING or case.answer.refused:
        return {}
    pages = [place for one in case.answer.passages for place in _places(one.document_id, one.first_page, one.last_page)]
    return {
        **_ranked("document", [document for document, _ in pages], case.documents),
        **_ranked("page", pages, case.pages),
    }


def _ranked(of: str, ranked: Sequence[Hashable], relevant: frozenset[Hashable]) -> dict[str, float | None]:
    if not relevant:
        return {}
    return {
        **{f"{of}_hit_{k}": hit(ranked, relevant, k) for k in CUTS},
        f"{of}_mrr": reciprocal_rank(ranked, relevant),
        f"{of}_ndcg": ndcg(ranked, dict.fromkeys(relevant, 1.0), DEPTH),
    }


def _places(document: str, first: int, last: int) -> list[tuple[str, int]]:
    return [(document, page) for page in range(first, max(first, last) + 1)]
