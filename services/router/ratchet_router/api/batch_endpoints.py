"""Which endpoints' requests may stand in a batch, and how they are read and answered."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from ratchet_common.auth import Caller
from ratchet_router.api.chat import chat_completion
from ratchet_router.api.chat_body import read_chat
from ratchet_router.api.embeddings import embeddings_body, read_embeddings
from ratchet_router.api.generate import encoded_view, read_generate
from ratchet_router.api.messages import message_body, read_message_ask
from ratchet_router.api.responses import ask_for, response_body
from ratchet_router.ask import Ask
from ratchet_router.batches.asked import Plan
from ratchet_router.batches.asked_answer import Read, Reading, Write, answers
from ratchet_router.batches.asked_embedding import embeddings
from ratchet_router.parts import Parts
from ratchet_router.shapes.responses.errors import InvalidResponsesError
from ratchet_router.shapes.responses.read import read_responses

ALONE: Final = "a request of a batch stands alone: send the whole conversation as its input"


def _as(read: Callable[[bytes, Caller], Ask], write: Write) -> Read:
    def reading(body: bytes, caller: Caller, parts: Parts) -> Reading:  # noqa: ARG001  not all need them
        return Reading(read(body, caller), write)

    return reading


def _responses(body: bytes, caller: Caller, parts: Parts) -> Reading:
    """Nothing of it is kept to go on from. Raises InvalidResponsesError, OnlyResponsesError, UnknownTaskError."""
    asked = read_responses(body)
    if asked.previous is not None:
        raise InvalidResponsesError("previous_response_id", ALONE)
    return Reading(ask_for(asked, caller, parts), partial(response_body, asked))


ENDPOINTS: Final[Mapping[str, Plan]] = {
    "/v1/chat/completions": answers(_as(read_chat, chat_completion)),
    "/v1/responses": answers(_responses),
    "/v1/embeddings": embeddings(read_embeddings, embeddings_body),
    "/v1/messages": answers(_as(partial(read_message_ask, headers={}), message_body)),
    "/api/generate": answers(_as(read_generate, encoded_view)),
}
