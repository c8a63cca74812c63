"""Where it is, and with which key."""

from urllib.parse import urlsplit

from pydantic import BaseModel, Field, field_validator

from ratchet_providers.secrets import Secret, SecretError

KEY_SETTING = "TRAINER_OPENAI_KEY"


class OpenAISettings(BaseModel):
    """The part of the trainer's settings that this platform reads."""

    openai_base_url: str = Field(
        "https://api.openai.com/v1",
        max_length=1000,
        pattern=r"^https?://[^\s]+$",
        description="the tuning platform openai, or a server of its shape",
    )
    openai_key: str = Field(
        "env:OPENAI_API_KEY", max_length=1000, description="its key: env:NAME or file:PATH, read at each call"
    )

    @field_validator("openai_base_url")
    @classmethod
    def _a_url(cls, url: str) -> str:
        its = urlsplit(url)  # raises ValueError, and so does the port
        if not its.hostname or its.port == 0:
            raise ValueError("it names no host")
        return url

    @field_validator("openai_key")
    @classmethod
    def _a_reference(cls, reference: str) -> str:
        """Whether the key is there is looked at when the platform is used: most that run the trainer never do."""
        if not reference:
            raise ValueError("it is empty: write env:NAME or file:PATH")
        try:
            Secret(reference)
        except SecretError:
            raise ValueError("it is no reference to a secret: write env:NAME or file:PATH") from None
        return reference
