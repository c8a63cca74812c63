"""The platform as the settings have it. Nothing is read or loaded before its first step."""

from typing import TYPE_CHECKING

from ratchet_providers.secrets import Secret, SecretError
from ratchet_trainer.platforms.openai.failing import PLATFORM
from ratchet_trainer.platforms.openai.patience import USUAL, Patience
from ratchet_trainer.platforms.openai.platform import OpenAIPlatform
from ratchet_trainer.platforms.openai.settings import KEY_SETTING, OpenAISettings
from ratchet_trainer.platforms.platform import PlatformRefusedError

if TYPE_CHECKING:
    from openai import AsyncOpenAI


def openai_platform(settings: OpenAISettings, patience: Patience = USUAL) -> OpenAIPlatform:
    return OpenAIPlatform(lambda: client_of(settings), patience)


def client_of(settings: OpenAISettings) -> "AsyncOpenAI":
    from openai import AsyncOpenAI  # 1.5 s and 25 MB, which whoever tunes elsewhere is spared

    secret = Secret(settings.openai_key)

    async def key() -> str:
        """At each call: one that was exchanged meanwhile works."""
        try:
            return secret.read()
        except SecretError as error:
            raise PlatformRefusedError(
                f"The platform {PLATFORM} needs a key, and {KEY_SETTING} names one that is not there: {error}"
            ) from None

    return AsyncOpenAI(api_key=key, base_url=settings.openai_base_url, max_retries=0)
