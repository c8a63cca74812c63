import numpy as np
import pytest

from ratchet_estimate import read
from ratchet_estimate.curves import gap_recovered
from ratchet_estimate.fitting import Outcome, fit
from tests.bench.routing.data import MMLU, mmlu

pytestmark = pytest.mark.skipif(not MMLU.exists(), reason=f"the public MMLU outcomes are not in {MMLU}")


def test_the_area_is_the_published_one_for_prompt_length() -> None:
    pair = mmlu()
    length = np.array([len(prompt) for prompt in pair.prompts], float)
    assert gap_recovered(length, pair.gain).area == pytest.approx(0.586, abs=0.0005)


def test_an_estimate_from_a_fifth_of_mmlu_ranks_the_rest_far_above_chance() -> None:
    pair = mmlu()
    readings = [read(prompt) for prompt in pair.prompts]
    known, asked = np.flatnonzero(pair.fold == 0), np.flatnonzero(pair.fold != 0)[::4]
    outcomes = [
        Outcome(readings[place], name, score[place])
        for place in known
        for name, score in (("weak", pair.weak), ("strong", pair.strong))
    ]
    weak, strong = fit(outcomes, ("weak", "strong")).all([readings[place] for place in asked]).T
    assert gap_recovered(strong - weak, pair.gain[asked]).area > 0.62
