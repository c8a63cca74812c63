"""The small local model: fit, predict, save, load."""

from ratchet_student.errors import CannotLearnError, StudentError, StudentFileError
from ratchet_student.examples import Evidence, Example, Prediction
from ratchet_student.student import MIN_EXAMPLES, TASKS, Student, fit, fit_to_file, load, save
from ratchet_student.sureness import ANSWER_ALL, Aim, Sureness

__all__ = [
    "ANSWER_ALL",
    "MIN_EXAMPLES",
    "TASKS",
    "Aim",
    "CannotLearnError",
    "Evidence",
    "Example",
    "Prediction",
    "Student",
    "StudentError",
    "StudentFileError",
    "Sureness",
    "fit",
    "fit_to_file",
    "load",
    "save",
]
