"""On which model is a session? Each replica remembers what it answered itself, of the newest so many."""

from collections import OrderedDict

from ratchet_common.events import BASE_VERSION, PredictionMade
from ratchet_common.vocabulary import NOBODY

Session = tuple[str, str, str]  # tenant, task_type, session


class Sessions:
    def __init__(self, most: int) -> None:
        self._most = most
        self._model: OrderedDict[Session, str] = OrderedDict()

    def __len__(self) -> int:
        return len(self._model)

    def heard(self, made: PredictionMade) -> None:
        """A turn. The session is on the model that was asked first: where that fell back, or was escalated, it does not
        move. What the caller named, and a version's, the cache's or nobody's answer, say nothing of what routing should
        choose.
        """
        routed = made.decision.assigned_by != "pinned" and made.version_id == BASE_VERSION and made.model != NOBODY
        if not made.session or made.outcome != "ok" or made.cached_from is not None or not routed:
            return
        key = (made.tenant, made.task_type, made.session)
        self._model[key] = made.attempts[0].model if made.attempts else made.model
        self._model.move_to_end(key)
        if len(self._model) > self._most:
            self._model.popitem(last=False)

    def model(self, tenant: str, task_type: str, session: str | None) -> str:
        """Empty: none that is known here."""
        return self._model.get((tenant, task_type, session), "") if session else ""
