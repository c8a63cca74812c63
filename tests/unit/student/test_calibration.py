import numpy as np

from ratchet_student.calibration import calibrate


def test_scores_that_boast_are_taken_down_to_how_often_they_are_right() -> None:
    random = np.random.default_rng(3)
    label = random.integers(2, size=2000)
    right = random.random(2000) < 0.8
    scores = np.zeros((2000, 2))
    scores[np.arange(2000), np.where(right, label, 1 - label)] = 9.0
    calibration, _ = calibrate(scores, label, np.ones(2000), np.array([0.5, 0.5]))
    assert abs(calibration.probabilities(np.array([[9.0, 0.0]]))[0, 0] - 0.8) < 0.03


def test_scores_without_meaning_give_the_shares() -> None:
    random = np.random.default_rng(4)
    label = (random.random(2000) < 0.3).astype(np.int64)
    calibration, _ = calibrate(random.normal(size=(2000, 2)), label, np.ones(2000), np.array([0.7, 0.3]))
    assert np.abs(calibration.probabilities(random.normal(size=(50, 2)))[:, 1] - 0.3).max() < 0.08


def test_with_nothing_held_out_the_scores_still_order_the_labels() -> None:
    empty = np.empty((0, 3))
    calibration, _ = calibrate(empty, np.empty(0, np.int64), np.empty(0), np.array([0.6, 0.2, 0.2]))
    chances = calibration.probabilities(np.array([[0.0, 1.0, 9.0], [9.0, 0.0, 0.0]]))
    assert chances.sum(axis=1).tolist() == [1.0, 1.0]
    assert chances[0, 2] > chances[1, 2]
