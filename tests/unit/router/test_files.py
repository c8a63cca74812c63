from pathlib import Path
from typing import Any

import pytest

from ratchet_catalogue.catalogue_file import SHIPPED_CATALOGUE
from ratchet_common.errors import CannotStartError
from ratchet_providers.wire import Wire
from ratchet_router.files import read_files
from ratchet_router.settings import RouterSettings


@pytest.mark.parametrize(
    ("table", "line"),
    [
        ('kind = "openai_shaped"\nbase_url = "not a url"', 4),
        ('kind = "openai_shaped"\nbase_url = "http://host"\nkey = "env:NO_SUCH_KEY"', 5),
        ('kind = "gemini"\nkey = "sk-secret"', 4),
        ('kind = "bedrock"\nregion = "eu-central-1"\naccess_key = "env:NO_SUCH_KEY"', 2),
    ],
)
def test_a_provider_that_is_wrong_is_told_with_its_file_and_line(tmp_path: Path, table: str, line: int) -> None:
    catalogue = tmp_path / "catalogue.toml"
    catalogue.write_text(f"# Ours\n[providers.ours]\n{table}\n" + SHIPPED_CATALOGUE.read_text())
    places: dict[str, Any] = {"kafka_bootstrap_servers": "nowhere:9092", "mongodb_url": "mongodb://nowhere"}
    settings = RouterSettings(catalogue=catalogue, tokens_file=tmp_path / "tokens.json", **places)
    with pytest.raises(CannotStartError, match="ours") as stopped:
        read_files(settings, Wire())
    assert f"{catalogue}, line {line}" in str(stopped.value)
    assert "sk-secret" not in str(stopped.value)


def test_a_reference_model_that_is_in_no_catalogue_stops_the_start(tmp_path: Path) -> None:
    places: dict[str, Any] = {"kafka_bootstrap_servers": "nowhere:9092", "mongodb_url": "mongodb://nowhere"}
    settings = RouterSettings(reference_model="gone", tokens_file=tmp_path / "tokens.json", **places)
    with pytest.raises(CannotStartError, match="ROUTER_REFERENCE_MODEL is gone"):
        read_files(settings, Wire())
