from pathlib import Path
from typing import Any

import msgspec
import pytest

from ratchet_catalogue.adapters import Adapter, WrongProviderError, adapter
from ratchet_catalogue.provider_table import ProviderTable
from ratchet_common.errors import CannotStartError
from ratchet_providers.anthropic.provider import Anthropic
from ratchet_providers.bedrock.provider import Bedrock
from ratchet_providers.gemini.provider import Gemini
from ratchet_providers.gemini.vertex import Vertex
from ratchet_providers.local_embeddings.provider import LocalEmbeddings
from ratchet_providers.openai_shaped import OpenAIShaped
from ratchet_providers.wire import Wire

LIMIT = 1024


def made(**table: Any) -> Adapter:
    return adapter("ours", msgspec.convert(table, ProviderTable), Wire(), LIMIT)


@pytest.mark.parametrize(
    ("table", "kind", "embeds"),
    [
        ({"kind": "openai_shaped", "base_url": "https://host/v1"}, OpenAIShaped, True),
        ({"kind": "gemini"}, Gemini, True),
        ({"kind": "anthropic"}, Anthropic, False),
        ({"kind": "vertex", "project": "p", "location": "europe-west4", "key": "env:KEY"}, Vertex, True),
        ({"kind": "bedrock", "region": "eu-central-1", "key": "env:KEY"}, Bedrock, False),
        (
            {"kind": "bedrock", "region": "eu-central-1", "access_key": "env:KEY", "secret_key": "env:KEY"},
            Bedrock,
            False,
        ),
        ({"kind": "bedrock", "region": "eu-central-1"}, Bedrock, False),
    ],
)
def test_each_kind_of_provider_has_its_adapter(
    monkeypatch: pytest.MonkeyPatch, table: dict[str, Any], kind: type, embeds: bool
) -> None:
    monkeypatch.setenv("KEY", "k")
    found = made(**table)
    assert isinstance(found.answers, kind)
    assert (found.embeds is not None) is embeds


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"kind": "openai_shaped"}, "no URL"),
        ({"kind": "openai_shaped", "base_url": "http://:8000"}, "no URL"),
        ({"kind": "openai_shaped", "base_url": "http://host:123456"}, "ort"),
        ({"kind": "openai_shaped", "base_url": "http://host", "key": "sk-secret"}, "env:NAME or file:PATH"),
        ({"kind": "openai_shaped", "base_url": "http://host", "key": "env:NO_SUCH_KEY"}, "NO_SUCH_KEY is not set"),
        ({"kind": "gemini", "key": "file:/nowhere/key"}, "/nowhere/key cannot be read"),
        ({"kind": "bedrock", "region": "nowhere at all", "key": "env:KEY"}, "region|pattern"),
    ],
)
def test_what_is_wrong_with_a_provider_stops_the_start_and_no_secret_is_shown(
    monkeypatch: pytest.MonkeyPatch, table: dict[str, Any], said: str
) -> None:
    monkeypatch.setenv("KEY", "k")
    with pytest.raises((CannotStartError, msgspec.ValidationError), match=said) as stopped:
        made(**table)
    assert "ours" in str(stopped.value) or "region" in str(stopped.value)
    assert "sk-secret" not in str(stopped.value)


def test_a_model_on_this_machine_needs_an_extra_and_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ratchet_providers.local_embeddings.provider.find_spec", {"tokenizers": 1}.get)
    with pytest.raises(
        WrongProviderError, match=r"`local`, which is not installed \(onnxruntime, huggingface_hub\)"
    ) as stopped:
        made(kind="local_embeddings", model="/srv/model")
    assert "The provider ours" in str(stopped.value)
    assert "pip install 'ratchet-router[local]'" in str(stopped.value)
    assert stopped.value.field == "model"


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"model": "/nowhere/model"}, "there is no folder /nowhere/model"),
        ({"model": "some/model"}, "is some/model: write the absolute path"),
        ({"model": ""}, "is empty: write the absolute path"),
    ],
)
def test_without_a_model_in_its_place_nothing_starts(
    monkeypatch: pytest.MonkeyPatch, table: dict[str, Any], said: str
) -> None:
    monkeypatch.setattr("ratchet_providers.local_embeddings.provider.find_spec", lambda _: True)
    with pytest.raises(WrongProviderError, match=said):
        made(kind="local_embeddings", **table)
    found = made(kind="local_embeddings", model="some/model", hub=True)
    assert isinstance(found.embeds, LocalEmbeddings)


def test_a_key_in_a_file_may_change(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("one\n")
    assert made(kind="gemini", key=f"file:{tmp_path / 'key'}").embeds is not None
