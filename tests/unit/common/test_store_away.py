"""What people read as the reason why something waits names no address, and none of the driver's words."""

import pytest
from pymongo import errors

from ratchet_common.errors import RetryLaterError
from ratchet_common.mongo import waiting_is_worth_it

RAW = "127.0.0.1:27017: timed out (configured timeouts: socketTimeoutMS: 10000.0ms, connectTimeoutMS: 2000.0ms)"


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (errors.NetworkTimeout(RAW), "The store did not answer in time (NetworkTimeout)."),
        (errors.ExecutionTimeout(RAW), "The store did not answer in time (ExecutionTimeout)."),
        (
            errors.ServerSelectionTimeoutError(RAW),
            "The store does not answer at MONGODB_URL (ServerSelectionTimeoutError).",
        ),
        (errors.AutoReconnect(RAW), "The connection to the store broke (AutoReconnect)."),
        (errors.NotPrimaryError(RAW), "The store is choosing its primary (NotPrimaryError)."),
        (errors.WaitQueueTimeoutError(RAW), "Too much was asked of the store at once (WaitQueueTimeoutError)."),
        (errors.WTimeoutError(RAW), "Too few members of the store confirmed a write in time (WTimeoutError)."),
    ],
)
def test_a_store_that_is_away_is_told_in_a_sentence(error: Exception, sentence: str) -> None:
    with pytest.raises(RetryLaterError) as told, waiting_is_worth_it():
        raise error
    assert str(told.value) == sentence
    assert told.value.__cause__ is error
