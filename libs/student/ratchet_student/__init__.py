"""The small local model: fit, predict, save, load."""

from ratchet_student.errors import CannotLearnError, StudentError, StudentFileError
from ratchet_student.examples import Example, Prediction
from ratchet_student.student import MIN_EXAMPLES, TASKS, Student, fit, fit_to_file, load, save

__all__ = [
    "MIN_EXAMPLES",
    "TASKS",
    "CannotLearnError",
    "Example",
    "Prediction",
    "Student",
    "StudentError",
    "StudentFileError",
    "fit",
    "fit_to_file",
    "load",
    "save",
]
