"""What the caller is told when nothing answered: the true first error, in words that help him."""

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Final

from ratchet_common.errors import RefusedError
from ratchet_providers.failing import THE_REQUESTS_FAULT, ErrorKind, ProviderError
from ratchet_router.target import Place
from ratchet_router.too_long import CONTEXT_LENGTH_EXCEEDED

COME_AGAIN_S: Final = 2
LISTED: Final = 10


class NoAnswerError(RefusedError):
    """Its status and type depend on why. `code` and `param` are the provider's own, where it named them."""

    status = 503
    type = "providers-down"
    title = "No model answered"

    def __init__(self, kind: ErrorKind, detail: str, error: ProviderError, tried: Sequence[Mapping[str, str]]) -> None:
        super().__init__(detail, tried=tried)
        self._made_of = kind, detail, error, tried
        self.status, self.type, self.title = STATUSES.get(kind, (503, "providers-down", NoAnswerError.title))  # type: ignore[misc]  # of this one
        said = error.said
        self.code = CODES.get(kind) or (said.code if said and kind in ("bad_request", "unsuited") else "")
        self.param = (said.param if said and kind in THE_REQUESTS_FAULT else "") or None
        if self.status in (429, 503):
            self.headers = {"Retry-After": str(max(1, ceil(error.retry_after_s or COME_AGAIN_S)))}

    def again(self) -> "NoAnswerError":
        """The same for another caller: one that several raise would gather the tracebacks of all."""
        return NoAnswerError(*self._made_of)


STATUSES: Final[Mapping[ErrorKind, tuple[int, str, str]]] = {
    "bad_request": (400, "provider-refused", "The model's provider refused the request"),
    "unsuited": (400, "provider-refused", "The model's provider has no place for what the request asks for"),
    "filtered": (400, "filtered", "A filter of the model's provider withheld the answer"),
    "too_long": (400, "too-long", "The request is too long for the model"),
    "rate_limited": (429, "provider-rate-limited", "The model's provider takes no more for now"),
    "timeout": (504, "provider-timeout", "The model did not answer in time"),
    "unauthorized": (502, "provider-unauthorized", "The model's provider refused the key that Ratchet has for it"),
    "no_such_model": (502, "provider-unknown-model", "The model's provider does not know the model"),
    "quota": (503, "provider-quota", "The account at the model's provider is used up"),
    "too_large": (502, "provider-answer-too-large", "The model's answer has more bytes than are taken here"),
    "busy": (503, "busy", "Too many requests wait for the model already"),
    "unforeseen": (502, "provider-unforeseen", "Ratchet does not understand what the model's provider does"),
}
NO_FAILURE: Final[frozenset[ErrorKind]] = frozenset({"unsuited", "unsure"})  # it did not try
CODES: Final[Mapping[ErrorKind, str]] = {"too_long": CONTEXT_LENGTH_EXCEEDED, "filtered": "content_filter"}


def no_answer(errors: Sequence[tuple[Place, ProviderError]]) -> NoAnswerError:
    """The first thing that went wrong counts, not what followed from it, nor who could not be asked at all; but what a
    filter withholds is said.
    """
    if not errors:
        late = ProviderError("timeout")
        return NoAnswerError("timeout", "No model was asked within the deadline: allow for more time.", late, [])
    filtered = next((pair for pair in errors if pair[1].kind == "filtered"), None)
    asked = next((pair for pair in errors if pair[1].kind not in NO_FAILURE), errors[0])
    target, error = filtered or asked
    tried = [{"model": other.name, "error": failed.kind} for other, failed in errors[:LISTED]]
    return NoAnswerError(error.kind, _sentence(target, error, tried), error, tried)


def _sentence(target: Place, error: ProviderError, tried: Sequence[Mapping[str, str]]) -> str:
    said = error.said.message if error.said else ""
    if error.kind in THE_REQUESTS_FAULT:
        return f"{target.name}: {said or 'its provider refused the request'}"
    listed = ", ".join(f"{one['model']} ({one['error']})" for one in tried)
    return f"No model answered; tried were {listed}. Try again later."
