"""What a chat request may say and Gemini cannot do: the caller is told which field it is."""

from ratchet_providers.failing import ProviderError, Said


def refused(field: str, why: str) -> ProviderError:
    """`field` is a path such as messages[3].content, `why` goes on from it. Neither quotes what people wrote."""
    sentence = f"{field} {why}"
    return ProviderError("unsuited", sentence, said=Said(sentence, type="invalid_request_error", param=field))
