import numpy as np
import pytest

from ratchet_student import fit
from tests.bench.public_data import E_MAILS, MEETINGS, e_mails, questions
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


@pytest.mark.skipif(not MEETINGS.exists(), reason=f"the public meetings are not in {MEETINGS}")
def test_real_meetings_are_summarised_better_than_by_similarity() -> None:
    student = fit("summary", [one.example for one in questions("train", meetings=40)])
    asked = questions("val", meetings=12)
    assert summarised(student, asked).mean("rouge_1") > chosen(by_similarity, asked).mean("rouge_1") + 0.01
