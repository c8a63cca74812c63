"""The imitations, once for all tests here, and the embedded stack."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.imitations.gateway import EMBEDDINGS, PROVIDERS, Gateway, gateway_with, key_file, model, provider
from tests.imitations.rig import imitations
from tests.integration.conftest import Ground, stack

__all__ = ["everyone", "imitated", "stack"]


@pytest.fixture(scope="session")
def imitated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with imitations(tmp_path_factory.mktemp("imitations")) as url:
        yield url


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def everyone(imitated: str, stack: Ground, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Gateway]:
    """A router that reaches every provider, by one model each, named as the provider."""
    folder: Path = tmp_path_factory.mktemp("everyone")
    key = key_file(folder)
    catalogue = [EMBEDDINGS.format(name="openai")]
    catalogue += [provider(name, imitated, key) + model(name) for name in PROVIDERS]
    async with gateway_with(catalogue, stack, folder) as gateway:
        yield gateway
