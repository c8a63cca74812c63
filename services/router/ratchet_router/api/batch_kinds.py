"""Which endpoints' requests may stand in a batch, and how they are read and answered."""

from collections.abc import Mapping
from typing import Final

from ratchet_router.api.chat import chat_completion
from ratchet_router.api.chat_body import read_chat
from ratchet_router.api.generate import encoded_view, read_generate
from ratchet_router.batches.working import Kind

KINDS: Final[Mapping[str, Kind]] = {
    "/v1/chat/completions": Kind(read_chat, chat_completion),
    "/api/generate": Kind(read_generate, encoded_view),
}
