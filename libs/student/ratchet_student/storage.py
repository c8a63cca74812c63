"""A student as one file, by ADR 7."""

from typing import Final

from ratchet_modelfile import Format
from ratchet_student.errors import StudentFileError

STUDENT_FILE: Final = Format(b"ratchet student\n", "student", StudentFileError)
