import asyncio
from pathlib import Path
from typing import Any

import pytest

from ratchet_catalogue.adapters import Adapter
from ratchet_catalogue.catalogue_file import SHIPPED_CATALOGUE
from ratchet_common.errors import CannotStartError
from ratchet_providers.local_embeddings.provider import AnswersNothing
from ratchet_providers.wire import Wire
from ratchet_router.files import AdapterLoops, read_files, started
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


def noting(name: str, said: list[str], *, fails: bool = False) -> Adapter:
    async def start() -> None:
        said.append(f"{name} starts")
        if fails:
            raise CannotStartError(f"{name} cannot start.")

    async def stop() -> None:
        said.append(f"{name} stops")

    return Adapter(AnswersNothing(), start=start, stop=stop)


async def test_what_others_took_the_place_of_is_stopped_and_what_is_left_at_the_end() -> None:
    said: list[str] = []
    async with AdapterLoops() as loops:
        for name in ("old", "new"):
            adapters = {name: noting(name, said)}
            await started(adapters)
            loops.use(adapters)
        await asyncio.sleep(0)
        assert said == ["old starts", "new starts", "old stops"]
    assert said[3:] == ["new stops"]


async def test_where_one_cannot_start_none_goes_on() -> None:
    said: list[str] = []
    with pytest.raises(CannotStartError, match="second cannot start"):
        await started({"first": noting("first", said), "second": noting("second", said, fails=True)})
    assert sorted(said[2:]) == ["first stops", "second stops"]


def test_a_reference_model_that_is_in_no_catalogue_stops_the_start(tmp_path: Path) -> None:
    places: dict[str, Any] = {"kafka_bootstrap_servers": "nowhere:9092", "mongodb_url": "mongodb://nowhere"}
    settings = RouterSettings(reference_model="gone", tokens_file=tmp_path / "tokens.json", **places)
    with pytest.raises(CannotStartError, match="ROUTER_REFERENCE_MODEL is gone"):
        read_files(settings, Wire())
