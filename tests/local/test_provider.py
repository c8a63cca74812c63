"""The provider and its process: loaded once, never in the way of the event loop, gone when it is stopped."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import psutil
import pytest

from ratchet_catalogue.adapters import Adapter, adapter
from ratchet_catalogue.provider_table import ProviderTable
from ratchet_common.errors import CannotStartError
from ratchet_providers.base import ModelRequest, TimeLimits
from ratchet_providers.embedding import EmbeddingRequest, Embeddings
from ratchet_providers.failing import ProviderError
from ratchet_providers.wire import Wire

pytestmark = pytest.mark.local


@asynccontextmanager
async def started(folder: Path, **table: Any) -> AsyncIterator[Adapter]:
    its = made(folder, **table)
    await its.start()
    try:
        yield its
    finally:
        await its.stop()


def made(folder: Path, **table: Any) -> Adapter:
    told = {"kind": "local_embeddings", "model": str(folder)} | table
    return adapter("here", msgspec.convert(told, ProviderTable), Wire(), 1024)


async def embedded(its: Adapter, *texts: Any, **how: Any) -> Embeddings:
    assert its.embeds is not None
    return await its.embeds.embed(EmbeddingRequest(model="tiny", inputs=texts, **how))


def model_processes() -> list[psutil.Process]:
    return [one for one in psutil.Process().children() if "spawn_main" in " ".join(one.cmdline())]


async def test_vectors_come_in_the_order_of_the_texts_with_what_was_read(tiny: Path) -> None:
    async with started(tiny) as its:
        texts = [("sales ", "staff ", "rate ")[n % 3] * (n % 5 + 1) for n in range(50)]
        found = await embedded(its, *texts)
        assert len(found.vectors) == 50
        for place in (0, 1, 17, 49):
            assert (await embedded(its, texts[place])).vectors[0] == pytest.approx(found.vectors[place], abs=1e-6)
        assert (found.model, found.usage.estimated, found.simulated) == ("tiny", False, False)
        assert found.usage.input_tokens == sum(n % 5 + 3 for n in range(50))
        (text,) = (await embedded(its, "sales", encoding_format="base64")).vectors
        assert isinstance(text, str)


async def test_one_process_loads_it_and_ends_with_the_provider(tiny: Path) -> None:
    before = {one.pid for one in model_processes()}
    async with started(tiny) as its:
        await asyncio.gather(*(embedded(its, f"sales {n}") for n in range(20)))
        (process,) = [one for one in model_processes() if one.pid not in before]
    assert not process.is_running()
    with pytest.raises(ProviderError, match="unavailable"):
        await embedded(its, "sales")


async def test_a_question_waits_for_no_whole_document(tiny: Path) -> None:
    async with started(tiny) as its:
        many = asyncio.create_task(embedded(its, *[f"sales of staff {n}" for n in range(4_000)]))
        await asyncio.sleep(0.05)
        await embedded(its, "What was the turnover?")
        assert not many.done()
        await many


def test_who_asks_loads_none_of_the_libraries() -> None:
    """They stay out of the process of the hot path, together with the time that they take."""
    asks = "import sys, ratchet_catalogue.adapters; print(*{'onnxruntime', 'tokenizers', 'numpy'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", asks], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == []


async def test_a_process_that_dies_costs_what_it_was_at_and_the_next_one_loads_the_model_anew(tiny: Path) -> None:
    before = {one.pid for one in model_processes()}
    async with started(tiny) as its:
        (process,) = [one for one in model_processes() if one.pid not in before]
        many = asyncio.create_task(embedded(its, *["sales"] * 5_000))
        await asyncio.sleep(0.05)
        os.kill(process.pid, signal.SIGKILL)
        with pytest.raises(ProviderError, match="unavailable"):
            await many
        assert len((await embedded(its, "sales")).vectors) == 1


async def test_what_is_under_way_ends_before_the_process_does(tiny: Path) -> None:
    async with started(tiny) as its:
        many = asyncio.create_task(embedded(its, *["sales"] * 500))
        await asyncio.sleep(0.01)
        await its.stop()
        assert len((await many).vectors) == 500


@pytest.mark.parametrize(
    ("how", "kind"),
    [
        ({"inputs": [[1, 2]]}, "bad_request"),
        ({"inputs": ["sales"], "dimensions": 4}, "bad_request"),
        ({"inputs": ["sales"] * 2_000, "limits": TimeLimits(total_s=0.001)}, "timeout"),
    ],
)
async def test_what_it_cannot_do_is_told_by_its_kind(tiny: Path, how: dict[str, Any], kind: str) -> None:
    async with started(tiny) as its:
        assert its.embeds is not None
        with pytest.raises(ProviderError) as refused:
            await its.embeds.embed(EmbeddingRequest(model="tiny", **how))
        assert refused.value.kind == kind
        assert len((await embedded(its, "sales", dimensions=12)).vectors) == 1


async def test_it_answers_nothing(tiny: Path) -> None:
    its = made(tiny)
    with pytest.raises(ProviderError, match="answers nothing"):
        await its.answers.answer(ModelRequest(model="tiny", task_type="qa", messages=[], document="d"))


async def test_a_model_that_cannot_be_loaded_stops_the_start_and_leaves_no_process(tmp_path: Path, tiny: Path) -> None:
    from tests.local.tiny_model import tiny_model

    folder = tiny_model(tmp_path)
    (folder / "onnx" / "model.onnx").write_bytes(b"no graph")
    its = made(folder)
    with pytest.raises(CannotStartError, match=r"The provider here .* cannot start: .*model.onnx cannot be loaded"):
        await its.start()
    await its.stop()
