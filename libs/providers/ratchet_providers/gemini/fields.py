"""A chat request's fields as Gemini heeds them: those that have a counterpart, and those that go out as they came."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from ratchet_providers.chat_shape import ChatFields
from ratchet_providers.failing import ProviderError
from ratchet_providers.gemini.refusing import refused

CHANGES_NO_ANSWER: Final = frozenset(
    {
        "model",
        "messages",
        "stream",
        "stream_options",
        "user",
        "metadata",
        "store",
        "safety_identifier",
        "prompt_cache_key",
        "prompt_cache_retention",
        "prediction",
    }
)
HAS_NO_COUNTERPART: Final = frozenset(
    {"logit_bias", "functions", "function_call", "audio", "web_search_options", "verbosity"}
)
NOTHING: Final = (b"null", b"{}", b"[]")
_raw = msgspec.json.Decoder(dict[str, msgspec.Raw])
_encode = msgspec.json.Encoder().encode


class Google(msgspec.Struct, frozen=True):
    thinking_config: dict[str, Any] | None = None
    cached_content: str | None = None
    safety_settings: list[Any] | None = None


class ExtraBody(msgspec.Struct, frozen=True):
    google: Google = Google()


class Fields(ChatFields, frozen=True, kw_only=True):
    """`extra_body` is what Google's own endpoint of OpenAI's shape takes beyond it."""

    modalities: list[str] | None = None
    service_tier: str | None = None
    extra_body: ExtraBody | None = None

    @property
    def google(self) -> Google:
        return self.extra_body.google if self.extra_body else Google()


KNOWN: Final = frozenset(Fields.__struct_fields__) | CHANGES_NO_ANSWER
_fields = msgspec.json.Decoder(Fields)


def read(given: Mapping[str, Any]) -> tuple[Fields, dict[str, msgspec.Raw]]:
    """The known fields, and the others. Of these Google refuses what is not its own, by name.

    Raises ProviderError for those that are not what they should be, and for those without a counterpart.
    """
    encoded = _encode(given)
    try:
        raw, fields = _raw.decode(encoded), _fields.decode(encoded)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise misread("", error) from None
    said = {name: value for name, value in raw.items() if bytes(value) not in NOTHING}
    for name in HAS_NO_COUNTERPART & said.keys():
        raise refused(name, "has no counterpart in Gemini's API: leave it out, or ask another model.")
    return fields, {name: value for name, value in said.items() if name not in KNOWN}


def misread(what: str, error: Exception) -> ProviderError:
    """msgspec says what it expected and where, never what there was."""
    path = str(error).rpartition(" - at ")[2].strip("`")
    field = f"{what}{path[1:]}".lstrip(".") if path.startswith("$") else what
    return refused(field or "the request", "is not what a chat request may hold there.")
