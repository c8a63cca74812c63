import pytest

from ratchet_providers.error_words import kind_of, unquoted
from ratchet_providers.failing import ErrorKind, Said
from ratchet_providers.http_failures import failure


@pytest.mark.parametrize(
    "message",
    [
        "Invalid schema for function 'rotate_api_key': 'x' is not valid under any of the given schemas.",
        "Invalid schema for function rotate_api_key: not valid under any of the given schemas.",
        "Invalid schema for function 'get_billing_info': \"type\" is missing.",
        "Invalid value for 'context_window_mode': expected one of 'a', 'b'.",
        "Unrecognized request argument supplied: safety_identifier",
        "Unknown tool `content_filter`.",
        "max_tokens is too large: this exceeds the maximum output limit of 4096 tokens",
        'The property "invalid api key" is unknown.',
    ],
)
def test_what_is_quoted_of_the_request_is_no_reason(message: str) -> None:
    assert kind_of("bad_request", Said(message, "invalid_request_error")) == "bad_request"


@pytest.mark.parametrize(
    ("said", "of_status", "kind"),
    [
        (Said("API key not valid. Please pass a valid API key."), "bad_request", "unauthorized"),
        (Said("Incorrect API key provided: sk-1"), "bad_request", "unauthorized"),
        (Said("x", code="invalid_api_key"), "bad_request", "unauthorized"),
        (Said("input and `max_tokens` exceed context limit: 9 > 8"), "bad_request", "too_long"),
        (Said("This model's maximum context length is 8192 tokens."), "bad_request", "too_long"),
        (Said("Your credit balance is too low. Please go to Plans & Billing."), "bad_request", "quota"),
        (Said("You exceeded your current quota, please check your plan and billing details."), "rate_limited", "quota"),
        (Said("x", code="billing_hard_limit_reached"), "bad_request", "quota"),
        (Said("Your request was rejected as a result of our safety system."), "bad_request", "filtered"),
        (Said("x", code="content_policy_violation"), "unauthorized", "filtered"),
        (Said("The model requires moderation and your input was flagged for violence."), "unauthorized", "filtered"),
        (Said("Your key may not use this model."), "unauthorized", "unauthorized"),
        (Said("x", "overloaded_error"), "unavailable", "overloaded"),
    ],
)
def test_what_a_provider_says_tells_what_helps(said: Said, of_status: ErrorKind, kind: ErrorKind) -> None:
    assert kind_of(of_status, said) == kind


@pytest.mark.parametrize("status", [404, 415, 424])
def test_what_the_request_refers_to_fails_it_alone(status: int) -> None:
    body = b'{"error": {"message": "File file-1 was not found.", "type": "invalid_request_error"}}'
    assert failure(status, {}, body).kind == "bad_request"


@pytest.mark.parametrize("of_status", ["no_such_model", "unauthorized"])
@pytest.mark.parametrize(
    "said",
    [
        Said("Vector store with id 'vs_1' not found.", "invalid_request_error"),
        Said("File not found: file_123", "not_found_error"),
        Said("Prompt with id 'pmpt_1' does not exist."),
        Said("No such file object: file-1"),
        Said("You do not have permission to access the File abc or it may not exist."),
        Said("CachedContent not found (or permission denied)", "PERMISSION_DENIED"),
        Said("Error retrieving tool list from MCP server: 'x'. Http status code: 401", "external_connector_error"),
    ],
    ids=lambda said: said.message,
)
def test_what_the_request_names_and_is_not_there_is_no_fault_of_the_model(said: Said, of_status: ErrorKind) -> None:
    assert kind_of(of_status, said) == "bad_request"


@pytest.mark.parametrize(
    "message",
    [
        "The model `gpt-9` does not exist or you do not have access to it.",
        "model: claude-9",
        "models/gemini-9 is not found for API version v1beta, or is not supported for generateContent.",
        "The API deployment for this resource does not exist.",
        "Resource not found",
        "Not Found",
        "Requested entity was not found.",
        "Route POST:/v1/responses not found",
        "Your key may not use images.",
        "Your organization does not have access to files.",
        "Permission 'predict' denied on resource '//models/x' (or it may not exist).",
        "",
    ],
)
def test_a_model_that_is_not_there_or_not_ours_stays_so(message: str) -> None:
    for of_status in ("no_such_model", "unauthorized"):
        assert kind_of(of_status, Said(message)) == of_status


@pytest.mark.parametrize(
    ("param", "kind"),
    [
        ("messages[3].content", "too_long"),
        ("messages[3].content[0].text", "too_long"),
        ("messages[3].tool_calls[0].id", "bad_request"),
        ("user", "bad_request"),
    ],
)
def test_a_text_that_is_too_long_is_the_prompts_only_where_it_is_of_the_prompt(param: str, kind: ErrorKind) -> None:
    said = Said("string too long", "invalid_request_error", "string_above_max_length", param)
    assert kind_of("bad_request", said) == kind


def test_an_apostrophe_quotes_nothing() -> None:
    assert (
        unquoted("The model's window doesn't hold it; it's small.") == "The model's window doesn't hold it; it's small."
    )
