"""What a provider's words say of a failure, apart from what they quote of the request.

A quotation decides nothing: else whoever names a tool `rotate_api_key` would make the key of all look wrong, and a
model that all use would be taken for ill.
"""

import re
from typing import Final

from ratchet_providers.failing import ErrorKind, Said

QUOTED: Final = re.compile(
    r"(?<![A-Za-z0-9])'[^'\n]{0,500}'(?![A-Za-z0-9])|\"[^\"\n]{0,500}\"|`[^`\n]{0,500}`|“[^”\n]{0,500}”"
)
TOO_LONG: Final = re.compile(
    r"context[ _-]?(length|window|size)|maximum context|prompt is too long|too many (input )?tokens|input is too long|"
    r"exceeds? context limit|exceeds? the (maximum|max|limit).{0,40}tokens|token count .{0,40}exceeds",
    re.IGNORECASE,
)
OF_THE_ANSWER: Final = re.compile(
    r"max_(completion_|output_)?tokens|output (token )?limit|completion tokens", re.IGNORECASE
)
TOO_LONG_TEXT: Final = "string_above_max_length"  # of whichever field
FILTERED_CODE: Final = re.compile(
    r"content[ _-]?(filter|policy|management)|responsible_?ai|safety|guardrail", re.IGNORECASE
)
FILTERED: Final = re.compile(
    r"content[ -](filter|policy|management)|responsible ai|safety (system|filter|setting|polic)|guardrail|"
    r"input was flagged|flagged (as|by|for)\b|moderation",
    re.IGNORECASE,
)
QUOTA_CODE: Final = re.compile(r"insufficient_quota|billing|spend_limit_reached", re.IGNORECASE)
QUOTA: Final = re.compile(
    r"insufficient[_ ]quota|billing (details|limit|hard limit|account)|plans? (&|and) billing|credit balance|"
    r"exceeded your current quota|spend_limit_reached|API usage limits",
    re.IGNORECASE,
)
KEY: Final = re.compile(
    r"(?<![A-Za-z0-9_])(api[ -]?key (is |was )?(invalid|not valid|expired|incorrect)|"
    r"(invalid|incorrect|expired) (x-)?api[ -]?key|api_key_invalid|invalid_api_key)(?![A-Za-z0-9_])",
    re.IGNORECASE,
)

CONNECTOR: Final = re.compile(r"connector", re.IGNORECASE)  # to a server of tools that the request names
NAMED_IN_IT: Final = re.compile(
    r"(?<![/\w])(files?|vector[ _]stores?|prompts?|containers?|skills?|cached ?contents?|items?|responses?|"
    r"conversations?|documents?|images?)\b",
    re.IGNORECASE,
)
NOT_THERE: Final = re.compile(
    r"not found|no such|n[o']t exist|could not be found|permission to access|not have access", re.IGNORECASE
)
OF_THE_ACCOUNT: Final = re.compile(
    r"\b(models?|deployments?|engines?|endpoints?|(api|access)[ -]?keys?|accounts?|organi[sz]ations?|projects?)\b",
    re.IGNORECASE,
)


def unquoted(message: str) -> str:
    return QUOTED.sub("''", message)


def kind_of(of_status: ErrorKind, said: Said | None) -> ErrorKind:
    """The words say more than the status, which many providers use for several things."""
    if said is None:
        return of_status
    code, message = f"{said.code} {said.type}", unquoted(said.message)
    of_the_request = of_status in ("bad_request", "too_long")
    if (of_the_request or of_status == "unauthorized") and (FILTERED_CODE.search(code) or FILTERED.search(message)):
        return "filtered"
    if of_status in ("no_such_model", "unauthorized") and is_of_the_request(said):
        return "bad_request"
    if of_the_request and _is_too_long(said, code, message):
        return "too_long"
    if of_the_request and not said.param and KEY.search(f"{code} {message}"):
        return "unauthorized"
    spends = of_status in ("rate_limited", "bad_request", "unauthorized") and said.param in ("", "model")
    if spends and (QUOTA_CODE.search(code) or QUOTA.search(message)):
        return "quota"
    return "overloaded" if said.type == "overloaded_error" or said.code == "overloaded" else of_status


def is_of_the_request(said: Said) -> bool:
    """Of what was not found or may not be used: a file, say, that the request names, and not the model or our key.

    Else whoever names a file that is gone would take the model from all others.
    """
    message = unquoted(said.message)
    if OF_THE_ACCOUNT.search(message):
        return False
    return bool(CONNECTOR.search(said.type) or (NAMED_IN_IT.search(message) and NOT_THERE.search(message)))


def _is_too_long(said: Said, code: str, message: str) -> bool:
    if said.code == TOO_LONG_TEXT:  # which a name may be, too
        return said.param.startswith(("messages", "input")) and said.param.endswith(("content", "text", "input"))
    if OF_THE_ANSWER.search(message) and "context" not in message:
        return False
    return bool(TOO_LONG.search(code) or TOO_LONG.search(message))
