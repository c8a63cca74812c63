import dataclasses
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ratchet_estimate import Estimate, EstimateFileError, load, read, save
from ratchet_estimate.fitting import fit
from ratchet_student import StudentFileError
from ratchet_student import load as load_student
from tests.unit.estimate.outcomes import SIDES, outcomes

ESTIMATE = fit(outcomes(100), SIDES)


def test_a_loaded_estimate_says_what_the_saved_one_said(tmp_path: Path) -> None:
    there = load(tmp_path / "estimate", save(ESTIMATE, tmp_path / "estimate"))
    assert there.of == SIDES
    assert there(read("Please greet ann.")).tolist() == ESTIMATE(read("Please greet ann.")).tolist()


def test_a_changed_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "estimate"
    digest = save(ESTIMATE, path)
    path.write_bytes(path.read_bytes()[:-1] + b"\0")
    with pytest.raises(EstimateFileError, match="SHA-256"):
        load(path, digest)


def test_a_student_is_no_estimate_and_an_estimate_no_student(tmp_path: Path) -> None:
    digest = save(ESTIMATE, tmp_path / "estimate")
    with pytest.raises(StudentFileError, match="no student"):
        load_student(tmp_path / "estimate", digest)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"of": ()}, "names are missing"),
        ({"of": ("weak", "weak")}, "twice"),
        ({"columns": ESTIMATE.columns[::-1]}, "not in their order"),
        ({"columns": ESTIMATE.columns + np.int32(2**20)}, "out of range"),
        ({"rarity": ESTIMATE.rarity[1:]}, "other rarities"),
        ({"weights": ESTIMATE.weights[:, :1]}, "other weights"),
        ({"shape_mean": ESTIMATE.shape_mean[1:]}, "other numbers"),
        ({"shape_weights": ESTIMATE.shape_weights[1:]}, "the shape has other weights"),
        ({"shape_spread": np.zeros_like(ESTIMATE.shape_spread)}, "spread"),
    ],
)
def test_parts_that_do_not_fit_make_no_estimate(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        Estimate(**{field.name: getattr(ESTIMATE, field.name) for field in dataclasses.fields(ESTIMATE)} | change)


def test_reading_and_estimating_load_no_scikit_learn(tmp_path: Path) -> None:
    """A router does both in its event loop's process."""
    digest = save(ESTIMATE, tmp_path / "estimate")
    script = (
        "import sys; from pathlib import Path; from ratchet_estimate import load, read\n"
        f"load(Path({str(tmp_path / 'estimate')!r}), {digest!r})(read('Please greet ann.'))\n"
        "assert not {'sklearn', 'scipy'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
