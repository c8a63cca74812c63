"""How a request begins: it is planned, whole or, where it is too long for every model, in parts."""

import time

from uuid_utils.compat import uuid7

from ratchet_common.errors import RefusedError
from ratchet_router.ask import Ask
from ratchet_router.long_texts import planned_in_parts
from ratchet_router.parts import Parts
from ratchet_router.progress import Progress
from ratchet_router.routing import NoModelFitsError


class NotLookedUpError(RefusedError):
    type = "context-not-here"
    title = "Documents are not looked into here"

    def __init__(self) -> None:
        message = "documents are looked into by /api/generate and /v1/chat/completions, and not in a batch"
        super().__init__(
            f"context: {message}: give the text itself.", errors=[{"field": "context", "message": message}]
        )


def begun(ask: Ask, parts: Parts) -> Progress:
    """Raises what planning raises, NotLookedUpError."""
    if ask.context is not None and ask.grounding is None:
        raise NotLookedUpError
    started, result_id = time.perf_counter(), uuid7()
    unit = ask.session or ask.user or str(result_id)
    prompt = parts.prompt(ask)
    try:
        return Progress(ask, parts, result_id, unit, parts.plan(ask, unit), prompt, started)
    except NoModelFitsError:
        in_parts = planned_in_parts(ask, unit, prompt, parts)
        if in_parts is None:
            raise
    plan, window = in_parts
    return Progress(ask, parts, result_id, unit, plan, prompt, started, window=window)
