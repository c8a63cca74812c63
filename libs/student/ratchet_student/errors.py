"""Why a student could not be made, or could not be read."""


class StudentError(ValueError):
    pass


class CannotLearnError(StudentError):
    """The task or the examples do not allow learning: other examples are needed, not another try."""


class StudentFileError(StudentError):
    """The file is not the one that was named, or not a student that this version reads."""
