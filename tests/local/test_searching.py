"""A worker and a router with the same model: what means the same is found, whatever its words."""

import dataclasses
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ratchet_catalogue.catalogue_file import SHIPPED_CATALOGUE, read_catalogue
from ratchet_common.errors import CannotStartError
from ratchet_common.events import PredictionMade
from ratchet_providers.local_student import LocalStudents
from ratchet_providers.wire import Wire
from ratchet_retrieval import Passage, Where
from ratchet_retrieval.lance import LanceIndex
from ratchet_retrieval.searched_text import searched_text
from ratchet_router.answering import answering_with
from ratchet_router.documents.embedding_model import embedding_model_of
from ratchet_router.files import read_files, started
from ratchet_router.grounding.from_index import FromIndex
from ratchet_router.grounding.question_vectors import QuestionVectors
from ratchet_router.settings import RouterSettings
from tests.unit.retrieval.passages_for_tests import document
from tests.unit.router.fakes import World

pytestmark = pytest.mark.local

TEXTS = ["It was paid in May.", "Sales rose.", "The staff is larger."]


def settings_of(tmp_path: Path, folder: Path, **table: str) -> RouterSettings:
    more = "".join(f"{name} = {value}\n" for name, value in table.items())
    catalogue = tmp_path / "catalogue.toml"
    catalogue.write_text(
        f'{SHIPPED_CATALOGUE.read_text()}\n[providers.here]\nkind = "local_embeddings"\nmodel = "{folder}"\n{more}\n'
        '[[embedding_models]]\nname = "tiny"\nprovider = "here"\nprice = 0\n'
    )
    places: dict[str, Any] = {"kafka_bootstrap_servers": "nowhere:9092", "mongodb_url": "mongodb://nowhere"}
    return RouterSettings(
        catalogue=catalogue, tokens_file=tmp_path / "tokens.json", document_embeddings="tiny", **places
    )


@pytest.fixture
def settings(tmp_path: Path, tiny: Path) -> RouterSettings:
    return settings_of(tmp_path, tiny)


@pytest.fixture
async def ingested(settings: RouterSettings, tmp_path: Path) -> tuple[LanceIndex, list[PredictionMade]]:
    """As a worker does it."""
    told: list[PredictionMade] = []

    async def record(event: PredictionMade) -> None:
        told.append(event)

    model = embedding_model_of(settings, Wire())
    assert model is not None
    await model.start()
    index = LanceIndex(str(tmp_path / "index"), model=settings.document_embeddings)
    passages: list[Passage] = document("a", TEXTS)
    vectors = await model.vectors(record).of("acme", [searched_text(one) for one in passages])
    await model.stop()
    await index.put("acme", passages, vectors)
    return index, told


async def test_a_question_finds_what_means_the_same_and_costs_nothing(
    settings: RouterSettings, ingested: tuple[LanceIndex, list[PredictionMade]]
) -> None:
    index, told = ingested
    files = read_files(settings, Wire())
    await started(files.adapters)
    its = World()
    answering = answering_with(files.catalogue, files.adapters, settings, LocalStudents(None))  # type: ignore[arg-type]
    its.parts = dataclasses.replace(its.parts, catalogue=files.catalogue, embeddings=answering.embeddings)
    looks = FromIndex(lambda: index, embeds=lambda tenant: QuestionVectors(tenant, "tiny", lambda: its.parts))
    for question, order in (("turnover?", 1), ("employees?", 2)):
        found = await looks.retrieve("acme", question, Where(), 1, wider=False)
        assert found.searched == "full text and vectors"
        assert (found.sources[0].order, dict(found.sources[0].ranks)) == (order, {"vectors": 1})
    for adapter in files.adapters.values():
        await adapter.stop()
    for event in [*told, *its.store.held]:
        assert (event.model, event.cost_usd, event.outcome) == ("tiny", Decimal(0), "ok")
        assert event.usage.input_tokens > 0
        assert not event.usage.estimated


async def test_vectors_of_another_model_or_another_length_are_not_compared(
    ingested: tuple[LanceIndex, list[PredictionMade]], tmp_path: Path
) -> None:
    """The name in the catalogue and the length of its vectors are what the index goes by."""
    other = LanceIndex(str(tmp_path / "index"), model="other")
    looks = FromIndex(lambda: other, embeds=lambda _: Fixed([1.0] * 12))
    found = await looks.retrieve("acme", "sales", Where(), 1, wider=False)
    assert found.searched == "full text"
    shorter = FromIndex(lambda: ingested[0], embeds=lambda _: Fixed([1.0] * 4))
    assert (await shorter.retrieve("acme", "sales", Where(), 1, wider=False)).searched == "full text"


@dataclasses.dataclass
class Fixed:
    vector: list[float]

    async def embed(self, texts: Any) -> list[list[float]]:
        return [self.vector for _ in texts]


async def test_router_and_worker_say_at_their_start_what_is_wrong_with_the_model(tmp_path: Path, tiny: Path) -> None:
    settings = settings_of(tmp_path, tmp_path / "gone")
    with pytest.raises(CannotStartError, match=r"provider here .* there is no folder .*gone") as router:
        read_files(settings, Wire())
    line = settings.catalogue.read_text().splitlines().index(f'model = "{tmp_path / "gone"}"') + 1
    assert f"line {line}" in str(router.value)
    with pytest.raises(CannotStartError, match=r"there is no folder .*gone"):
        embedding_model_of(settings, Wire())
    (tmp_path / "empty").mkdir()
    with pytest.raises(CannotStartError, match="holds no model"):
        read_files(settings_of(tmp_path, tmp_path / "empty"), Wire())
    with pytest.raises(CannotStartError, match="absolute path"):
        read_files(settings_of(tmp_path, Path("some/model")), Wire())


def test_nobody_else_may_be_asked_by_it(tmp_path: Path, tiny: Path) -> None:
    settings = settings_of(tmp_path, tiny)
    text = settings.catalogue.read_text().replace('provider = "simulated"', 'provider = "here"', 1)
    settings.catalogue.write_text(text)
    with pytest.raises(
        CannotStartError, match="names the provider here, whose kind makes embeddings and answers nothing"
    ):
        read_catalogue(settings.catalogue)
