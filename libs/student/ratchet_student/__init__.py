"""The small local model: what it learns from, what it answers, and its file."""

from ratchet_student.errors import CannotLearnError, StudentError, StudentFileError
from ratchet_student.examples import Example, Prediction
from ratchet_student.student import Student, fit, fit_to_file, load, save

__all__ = [
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
