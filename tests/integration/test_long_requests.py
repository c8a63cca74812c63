"""Long requests through the official clients: what is long only as base64, and what a provider alone can judge."""

from typing import Any
from uuid import uuid4

import anthropic
import pytest

from tests.integration.test_gateway import Gateway, gateway
from tests.integration.upstream import saying

__all__ = ["gateway"]

pytestmark = pytest.mark.asyncio(loop_scope="module")
LARGE = "A" * 1_500_000
URL = f"data:image/png;base64,{LARGE}"


async def test_a_large_picture_is_no_long_text_in_any_shape(gateway: Gateway) -> None:
    """The largest window that sees has 20,000 tokens; as text the picture would have 375,000."""
    gateway.up.will("middle", saying("A cat.", usage=False))
    ask = f"What is this? {uuid4().hex}"
    openais: Any = [{"type": "text", "text": ask}, {"type": "image_url", "image_url": {"url": URL}}]
    chat = await gateway.client.chat.completions.with_raw_response.create(
        model="middle", messages=[{"role": "user", "content": openais}]
    )
    parts: Any = [{"type": "input_text", "text": ask}, {"type": "input_image", "image_url": URL, "detail": "auto"}]
    response = await gateway.client.responses.create(model="middle", input=[{"role": "user", "content": parts}])
    source: Any = {"type": "base64", "media_type": "image/png", "data": LARGE}
    async with anthropic.AsyncAnthropic(
        base_url=gateway.app.url, api_key=gateway.tenant.token, max_retries=0
    ) as client:
        message = await client.messages.create(
            model="middle",
            max_tokens=50,
            messages=[
                {"role": "user", "content": [{"type": "text", "text": ask}, {"type": "image", "source": source}]}
            ],
        )
    event = await gateway.event(chat.headers["x-ratchet-result-id"])
    assert event.usage.estimated
    assert response.usage is not None
    for tokens in (event.usage.input_tokens, response.usage.input_tokens, message.usage.input_tokens):
        assert 1_600 < tokens < 1_800
