"""Long requests through the official clients: what is long only as base64, and what a provider alone can judge."""

from typing import Any
from uuid import uuid4

import anthropic
import openai
import pytest

from tests.integration.test_gateway import Gateway, gateway
from tests.integration.upstream import failing, saying

__all__ = ["gateway"]

pytestmark = pytest.mark.asyncio(loop_scope="module")
LARGE = "A" * 8_000_000  # a photo of 6 MB
URL = f"data:image/png;base64,{LARGE}"


async def test_a_large_picture_is_no_long_text_in_any_shape(gateway: Gateway) -> None:
    """The largest window that sees has 20,000 tokens; as text the picture would have 2,000,000."""
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


LONG_WORDS = "internationalization " * 2_500  # 52 kB: by the estimate 13,000 tokens, for a model some 5,000
TOO_LONG = {"message": "This model's maximum context length is 2000 tokens.", "code": "context_length_exceeded"}


async def test_a_model_that_is_named_is_asked_though_the_estimate_is_larger_than_its_window(gateway: Gateway) -> None:
    gateway.up.will("middle", saying("Yes."))
    turn: Any = [{"role": "user", "content": LONG_WORDS * 2 + uuid4().hex}]
    answer = await gateway.client.chat.completions.create(model="middle", messages=turn)
    assert answer.choices[0].message.content == "Yes."


@pytest.mark.parametrize("stream", [False, True])
async def test_what_its_provider_says_of_the_length_reaches_the_caller(gateway: Gateway, stream: bool) -> None:
    gateway.up.will("middle", failing(400, TOO_LONG))
    turn: Any = [{"role": "user", "content": LONG_WORDS * 2 + uuid4().hex}]
    with pytest.raises(openai.BadRequestError) as refused:
        await gateway.client.chat.completions.create(model="middle", messages=turn, stream=stream)
    assert refused.value.code == "context_length_exceeded"
    assert "maximum context length is 2000" in str(refused.value)
