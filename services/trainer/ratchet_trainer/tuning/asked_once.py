"""What comes again under one Idempotency-Key: is it the same request? Pure."""

import hashlib

import msgspec

from ratchet_trainer.tuning.jobs import IdempotencyMismatchError


def digest_of(request: object) -> str:
    """Of all that was asked for, in whatever order it was written."""
    return hashlib.sha256(msgspec.json.encode(request, order="deterministic")).hexdigest()[:32]


def insist_on_the_same(there: str, asked: str) -> None:
    """Of two digests. Raises IdempotencyMismatchError."""
    if there != asked:
        raise IdempotencyMismatchError
