import numpy as np
import pytest

from ratchet_scoring.scorers import score_output
from ratchet_student import fit
from ratchet_student.passages import answer_words
from ratchet_student.qa_fit import agreement
from tests.bench.public_data import (
    E_MAILS,
    MARKED,
    MEETINGS,
    REPORTS,
    OnReport,
    e_mails,
    marked,
    questions,
    questions_on_reports,
)
from tests.bench.student_answers import BASELINES
from tests.bench.student_summaries import by_similarity, chosen, summarised


@pytest.mark.skipif(not E_MAILS.exists(), reason=f"the public e-mail sentences are not in {E_MAILS}")
def test_requests_in_real_mails_are_found() -> None:
    examples = e_mails()
    order = np.random.default_rng(42).permutation(len(examples))
    held_out = [examples[place] for place in order[:700]]
    student = fit("classification", [examples[place] for place in order[700:]])
    told = student.predict_many([example.document for example in held_out])
    hits = sum(one.label == example.target == "Yes" for one, example in zip(told, held_out, strict=True))
    said = sum(one.label == "Yes" for one in told) + sum(example.target == "Yes" for example in held_out)
    assert 2 * hits / said > 0.77


@pytest.mark.skipif(not MARKED.exists(), reason=f"the public marked sentences are not in {MARKED}")
def test_names_in_sentences_of_new_templates_are_found() -> None:
    each = marked()
    student = fit("entities", [one.example for one in each if one.template % 3][:400])
    held_out = [one.example for one in each if one.template % 3 == 0][:100]
    told = student.predict_many([example.document for example in held_out])
    pairs = zip(told, held_out, strict=True)
    assert np.mean([score_output("entities", one.output, example.target) for one, example in pairs]) > 0.4


@pytest.mark.skipif(not REPORTS.exists(), reason=f"the public reports are not in {REPORTS}")
def test_questions_on_real_reports_are_answered_better_than_by_the_most_alike_sentence() -> None:
    asked = questions_on_reports(reports=90)
    student = fit("qa", [one.example for one in asked if one.report % 3])
    held_out = [one for one in asked if one.report % 3 == 0]
    told = [student.predict(one.example.document, one.example.question).output for one in held_out]
    alike = [BASELINES["most alike sentence or row"](one) for one in held_out]
    assert _agreement(told, held_out) > _agreement(alike, held_out) + 0.1


def _agreement(said: list[str], asked: list[OnReport]) -> float:
    pairs = zip(said, asked, strict=True)
    each = [agreement(answer_words(text), answer_words(str(one.example.target))) for text, one in pairs]
    return float(np.mean(each))


@pytest.mark.skipif(not MEETINGS.exists(), reason=f"the public meetings are not in {MEETINGS}")
def test_real_meetings_are_summarised_better_than_by_similarity() -> None:
    student = fit("summary", [one.example for one in questions("train", meetings=40)])
    asked = questions("val", meetings=12)
    assert summarised(student, asked).mean("rouge_1") > chosen(by_similarity, asked).mean("rouge_1") + 0.01
