"""Why a run ends before its time."""


class CannotTuneError(Exception):
    """It will not go better the next time. A sentence that says what to do, without any text of the examples."""


class StoppedError(BaseException):
    """Told to stop by a signal. No `Exception`: a library that catches those shall not swallow it."""


class AnotherIsAtItError(Exception):
    """A process that lives tunes in this folder."""
