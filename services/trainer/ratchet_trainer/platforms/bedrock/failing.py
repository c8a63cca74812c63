"""What a failure at AWS means for a job: is it worth trying again? Pure."""

from typing import Final

from ratchet_trainer.platforms.platform import PlatformAwayError, PlatformRefusedError

MOST_WORDS: Final = 500  # characters of AWS's own
QUOTA_PAUSE_S: Final = 300.0  # until another job has ended, it may be
BUSY: Final = frozenset({
    "InternalError", "InternalFailure", "InternalServerException", "RequestLimitExceeded", "RequestTimeout",
    "RequestTimeoutException", "ServiceUnavailable", "ServiceUnavailableException", "SlowDown", "Throttling",
    "ThrottlingException", "TooManyRequestsException",
})  # fmt: skip
QUOTA: Final = frozenset({"ServiceQuotaExceededException", "LimitExceededException"})
NOT_THERE: Final = frozenset({"404", "NoSuchKey", "NotFound", "ResourceNotFoundException"})
ALREADY_THERE: Final = frozenset({"ConflictException", "ResourceInUseException"})
UNKNOWN_CALLER: Final = frozenset({
    "AuthFailure", "ExpiredToken", "ExpiredTokenException", "IncompleteSignature", "InvalidAccessKeyId",
    "InvalidClientTokenId", "InvalidSignatureException", "InvalidToken", "MissingAuthenticationToken",
    "SignatureDoesNotMatch", "UnrecognizedClientException",
})  # fmt: skip
FORBIDDEN: Final = frozenset({"403", "AccessDenied", "AccessDeniedException", "Forbidden"})
CREDENTIALS: Final = (
    "Give this service credentials that are good: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile or a role."
)
PERMISSION: Final = (
    "Allow it to whomever this service is to AWS, with s3:ListBucket on the bucket, and look whether "
    "TRAINER_BEDROCK_BUCKET and TRAINER_BEDROCK_ROLE_ARN are right."
)


class NotThereError(PlatformRefusedError):
    """AWS knows no such thing."""


class AlreadyThereError(PlatformRefusedError):
    """It was made before, or has gone on meanwhile: look again."""


class UnknownCallerError(PlatformRefusedError):
    """AWS does not accept the credentials, or there are none."""


Failure = PlatformAwayError | PlatformRefusedError


def failure(doing: str, code: str, said: str, *, status: int = 400, retry_after: str = "") -> Failure:
    """`doing`: what was asked, as in "create the job a". `code` and `said`: AWS's own. `status`: of HTTP."""
    words = f"AWS did not {doing} ({code or status}): {brief(said)}"
    if code in QUOTA:
        return PlatformAwayError(words, retry_after_s=QUOTA_PAUSE_S)
    if code in BUSY or status == 429 or status >= 500:
        return PlatformAwayError(words, retry_after_s=_seconds(retry_after))
    if code in NOT_THERE:
        return NotThereError(words)
    if code in ALREADY_THERE:
        return AlreadyThereError(words)
    if code in UNKNOWN_CALLER:
        return UnknownCallerError(f"AWS did not {doing} ({code}). {CREDENTIALS}")  # its words may quote what was signed
    return PlatformRefusedError(" ".join(filter(None, (words, _advice(code, status)))))


def brief(said: str) -> str:
    """One line, cut, with a stop."""
    words = " ".join(said.split())[:MOST_WORDS]
    return words if words.endswith((".", "!", "?")) else f"{words or 'it did not say why'}."


def _advice(code: str, status: int) -> str:
    if code == "NoSuchBucket":
        return "Set TRAINER_BEDROCK_BUCKET to a bucket that is there."
    if code in ("AuthorizationHeaderMalformed", "PermanentRedirect"):
        return "Set TRAINER_BEDROCK_REGION to the region of the bucket."
    return PERMISSION if code in FORBIDDEN or status == 403 else ""


def _seconds(retry_after: str) -> float:
    """A date is taken for nothing: nobody at AWS sends one."""
    return float(retry_after) if retry_after.isascii() and retry_after.isdigit() else 0.0
