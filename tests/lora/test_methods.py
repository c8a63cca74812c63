"""Each method, end to end on a tiny model: an adapter comes out that a server can load, or a clear sentence."""

import json
from pathlib import Path
from typing import Any

import pytest

from ratchet_tuner.digest import folder_sha256
from ratchet_tuner.status import State, Status, read_events, read_metrics, read_status
from tests.lora.orders import LIMIT_S, chat, inside, lay_out

pytestmark = [pytest.mark.lora, pytest.mark.slow, pytest.mark.timeout(LIMIT_S)]

LONG = {"messages": [{"role": "user", "content": "Why? " * 60}, {"role": "assistant", "content": "So."}]}
FAILING: dict[str, tuple[dict[str, Any], str]] = {
    "broken": ({}, "The train loss is no number any more at step 1 of 16: take a lower learning_rate"),
    "too_long": ({"max_tokens": 20}, "All 17 examples have more than 20 tokens"),
    "alone": ({"method": "embeddings", "batch_size": 1}, "take a batch_size of at least 2"),
    "mixed": ({"method": "dpo"}, "Line 1 of train.jsonl is no preference of this method"),
    "no_gpu": ({"device": "cuda"}, "The order asks for a GPU, and PyTorch finds none here"),
    "four_bits": ({"four_bit": True}, "The order asks for four bits, which need a GPU"),
}
METHODS = ("supervised", "dpo", "embeddings")


@pytest.fixture(scope="module")
def works(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All runs of this file, in one process."""
    folder = tmp_path_factory.mktemp("works")
    for method in METHODS:
        lay_out(folder / method, models / ("encoder" if method == "embeddings" else "chat"), method=method)
    for name, (changes, _) in FAILING.items():
        lay_out(folder / name, models / ("broken" if name == "broken" else "chat"), **changes)
    works = sorted(folder.iterdir())
    for name in ("supervised", "too_long"):
        with (folder / name / "train.jsonl").open("a") as lines:
            lines.write(json.dumps(LONG) + "\n")
    (folder / "mixed" / "train.jsonl").write_text(json.dumps(chat(1)) + "\n")
    (folder / "found.json").write_text(inside("batch.py", models / "chat", *works))
    return folder


def status_of(work: Path) -> Status:
    status = read_status(work)
    assert status is not None
    return status


@pytest.mark.parametrize("method", METHODS)
def test_an_adapter_comes_out_and_nothing_in_it_runs(works: Path, method: str) -> None:
    work = works / method
    status = status_of(work)
    assert (status.state, status.progress, status.step, status.steps) == (State.SUCCEEDED, 1.0, 16, 16)
    assert status.adapter_sha256 == folder_sha256(work / "adapter")
    names = {path.name for path in (work / "adapter").iterdir()}
    assert names >= {"adapter_model.safetensors", "adapter_config.json", "tokenizer.json", "card.json"}
    assert {Path(name).suffix for name in names} <= {".safetensors", ".json", ".jinja"}


@pytest.mark.parametrize("method", METHODS)
def test_its_loss_falls(works: Path, method: str) -> None:
    rows = read_metrics(works / method)
    losses = [row.values["train_loss"] for row in rows if "train_loss" in row.values]
    assert sum(losses[-4:]) < sum(losses[:4])
    assert sum("validation_loss" in row.values for row in rows) == 4


def test_the_tuned_model_finds_likelier_what_it_has_learned(works: Path) -> None:
    found = json.loads((works / "found.json").read_text())
    assert found["tuned"] < found["base"] - 0.3


def test_the_exit_status_says_how_it_ended(works: Path) -> None:
    exits = json.loads((works / "found.json").read_text())["exits"]
    assert exits == {**dict.fromkeys(METHODS, 0), **dict.fromkeys(FAILING, 3)}


def test_a_run_that_memory_does_not_hold_says_what_to_make_smaller(works: Path) -> None:
    said = json.loads((works / "found.json").read_text())["memory"]
    assert said.startswith("The memory of this machine does not hold it: take a smaller batch_size")


def test_what_is_too_long_is_left_out_and_said(works: Path) -> None:
    said = [event.message for event in read_events(works / "supervised") if event.level == "warn"]
    assert said == ["1 examples are longer than max_tokens and were left out."]


def test_the_card_says_where_it_comes_from(works: Path) -> None:
    card = json.loads((works / "supervised" / "adapter" / "card.json").read_text())
    assert (card["method"], card["examples"], card["examples_left_out"]) == ("supervised", 16, 1)
    assert card["hyperparameters"]["rank"] == 4
    assert set(card["libraries"]) == {"torch", "transformers", "peft", "trl"}


def test_the_model_without_a_chat_template_gets_a_plain_one(works: Path) -> None:
    assert "<|assistant|>" in (works / "supervised" / "adapter" / "chat_template.jinja").read_text()


@pytest.mark.parametrize("method", METHODS)
def test_nothing_of_the_examples_is_left_beside_their_files(works: Path, method: str) -> None:
    assert not (works / method / "checkpoints").exists()
    assert not (works / method / "cache").exists()
    for path in (path for path in (works / method).rglob("*") if path.is_file()):
        if path.name not in ("train.jsonl", "validation.jsonl"):
            assert b"number 1" not in path.read_bytes(), path


@pytest.mark.parametrize("name", FAILING)
def test_what_cannot_be_tuned_fails_with_a_sentence(works: Path, name: str) -> None:
    status = status_of(works / name)
    assert status.state is State.FAILED
    assert FAILING[name][1] in status.reason
    assert not (works / name / "adapter").exists()


def test_base_and_adapter_as_one_model_give_the_same_vectors_to_a_server_that_loads_no_adapters(
    works: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "merged"
    found = json.loads(inside("merged.py", works / "embeddings", folder).splitlines()[-1])
    assert found["apart"] < 1e-4 < 1e-2 < found["learned"]
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert names >= {"model.safetensors", "tokenizer.json", "modules.json", "1_Pooling/config.json"}
    assert {Path(name).suffix for name in names} <= {".safetensors", ".json", ".jinja"}
