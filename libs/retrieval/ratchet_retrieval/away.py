"""An index that cannot be reached."""


class AwayError(Exception):
    """The index is away or busy: what was asked of it was not done, or may be done again. A sentence says which."""
