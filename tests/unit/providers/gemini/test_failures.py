"""What Google says of why there is no answer, as kinds of failure."""

from typing import Any

import msgspec
import pytest

from ratchet_providers.gemini.failures import failure, failure_in_stream

TYPE = "type.googleapis.com/google.rpc."
RETRY = {"@type": f"{TYPE}RetryInfo", "retryDelay": "34.074824224s"}
KEY = {"@type": f"{TYPE}ErrorInfo", "reason": "API_KEY_INVALID", "domain": "googleapis.com"}
QUOTA = "You exceeded your current quota, please check your plan and billing details."


def violated(quota_id: str) -> dict[str, Any]:
    violation = {"quotaMetric": "m", "quotaId": quota_id, "quotaDimensions": {"model": "x"}, "quotaValue": "50"}
    return {"@type": f"{TYPE}QuotaFailure", "violations": [violation]}


def error(code: int, status: str, message: str = "", *details: Any) -> bytes:
    said = {"code": code, "message": message, "status": status, "details": list(details)}
    return msgspec.json.encode({"error": said})


@pytest.mark.parametrize(
    ("code", "body", "kind"),
    [
        (400, error(400, "INVALID_ARGUMENT", 'Invalid JSON payload: Unknown name "safety".'), "bad_request"),
        (400, error(400, "INVALID_ARGUMENT", "The input token count (9) exceeds the maximum (8)."), "too_long"),
        (400, error(400, "INVALID_ARGUMENT", "Request payload size exceeds the limit: 20971520 bytes."), "too_long"),
        (400, error(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key."), "unauthorized"),
        (400, error(400, "INVALID_ARGUMENT", "x", KEY), "unauthorized"),
        (400, error(400, "INVALID_ARGUMENT", "Function rotate_api_key: 'x' is not valid."), "bad_request"),
        (400, error(400, "FAILED_PRECONDITION", "User location is not supported for the API use."), "unauthorized"),
        (401, error(401, "UNAUTHENTICATED", "Request had invalid authentication credentials."), "unauthorized"),
        (403, error(403, "PERMISSION_DENIED", "Permission denied on resource project x."), "unauthorized"),
        (403, error(403, "PERMISSION_DENIED", "You do not have permission to access the File x."), "bad_request"),
        (403, error(403, "PERMISSION_DENIED", "CachedContent not found (or permission denied)"), "bad_request"),
        (404, error(404, "NOT_FOUND", "models/x is not found for API version v1beta."), "no_such_model"),
        (429, error(429, "RESOURCE_EXHAUSTED", "Resource exhausted. Please try again later."), "rate_limited"),
        (429, error(429, "RESOURCE_EXHAUSTED", QUOTA, violated("RequestsPerMinutePerProject"), RETRY), "rate_limited"),
        (429, error(429, "RESOURCE_EXHAUSTED", QUOTA, violated("RequestsPerDayPerProject-FreeTier"), RETRY), "quota"),
        (429, error(429, "RESOURCE_EXHAUSTED", QUOTA), "quota"),
        (429, error(429, "RESOURCE_EXHAUSTED", "Your prepayment credits are depleted."), "quota"),
        (500, error(500, "INTERNAL", "An internal error has occurred."), "unavailable"),
        (503, error(503, "UNAVAILABLE", "The model is overloaded."), "overloaded"),
        (504, error(504, "DEADLINE_EXCEEDED", "Deadline expired."), "timeout"),
        (503, b"<html>no JSON</html>", "overloaded"),
        (429, b"", "rate_limited"),
        (418, b'{"error": "odd"}', "unavailable"),
        (429, b'{"error": {"code": "x", "details": 7}}', "rate_limited"),
    ],
)  # fmt: skip
def test_a_failure_has_its_kind(code: int, body: bytes, kind: str) -> None:
    found = failure(code, {}, body)
    assert (found.kind, found.status) == (kind, code)
    assert failure(code, {}, b"[%b]" % body).kind == kind or not body.startswith(b'{"error"')


def test_what_google_wants_waited_for_is_kept() -> None:
    body = error(429, "RESOURCE_EXHAUSTED", QUOTA, RETRY)
    assert failure(429, {}, body).retry_after_s == pytest.approx(34.07, abs=0.01)
    assert failure(429, {b"retry-after": b"7"}, body).retry_after_s == 7
    assert failure(429, {}, error(429, "RESOURCE_EXHAUSTED", "", {"retryDelay": "soon"})).retry_after_s is None
    assert failure_in_stream(body).retry_after_s == pytest.approx(34.07, abs=0.01)


def test_googles_words_are_for_the_caller_alone() -> None:
    found = failure(400, {}, error(400, "INVALID_ARGUMENT", "hunter2 is no role"))
    assert found.said is not None
    assert found.said.message == "hunter2 is no role"
    assert "hunter2" not in str(found)


@pytest.mark.parametrize("data", [b"[]", b"[7]", b"{}", b'{"error": null}', b"\xff"])
def test_what_is_no_error_is_malformed(data: bytes) -> None:
    assert failure_in_stream(data).kind == "malformed"
