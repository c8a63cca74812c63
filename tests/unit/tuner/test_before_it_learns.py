"""What is wrong with an order or its files is said before anything heavy is loaded: no PyTorch is needed here."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ratchet_tuner.failing import CannotTuneError
from ratchet_tuner.lines import Chat, Preference, Related, rows_of
from ratchet_tuner.status import State, Status, read_events, read_status


def tuned(work: Path) -> tuple[int, str, Status | None]:
    command = [sys.executable, "-m", "ratchet_tuner", "--work", str(work)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stderr, read_status(work)


def model(folder: Path, *files: str) -> Path:
    folder.mkdir()
    for name in files:
        (folder / name).write_text("{}")
    return folder


def order(work: Path, **fields: Any) -> None:
    (work / "order.json").write_text(json.dumps(fields))


def test_a_base_model_that_is_not_there_fails_with_a_sentence(tmp_path: Path) -> None:
    order(tmp_path, base_model=str(tmp_path / "none"))
    exit_status, said, status = tuned(tmp_path)
    assert (exit_status, said) == (3, "")
    assert status is not None
    assert status.state is State.FAILED
    assert (
        status.reason == f"The base model {tmp_path / 'none'} is not there: name an existing folder, or allow the hub."
    )
    assert read_events(tmp_path)[-1].level == "error"


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ([], "it has no config.json"),
        (["config.json", "pytorch_model.bin"], "has no *.safetensors: weights of other kinds can run code"),
    ],
)
def test_a_folder_that_holds_no_safe_model_fails(tmp_path: Path, files: list[str], why: str) -> None:
    order(tmp_path, base_model=str(model(tmp_path / "base", *files)))
    _, _, status = tuned(tmp_path)
    assert status is not None
    assert why in status.reason


def test_without_the_extra_it_says_how_to_get_it(tmp_path: Path) -> None:
    order(tmp_path, base_model=str(model(tmp_path / "base", "config.json", "model.safetensors")))
    exit_status, _, status = tuned(tmp_path)
    assert exit_status == 3
    assert status is not None
    assert "pip install 'ratchet-tuner[gpu]'" in status.reason


def test_a_folder_that_is_not_there_is_said_on_stderr(tmp_path: Path) -> None:
    exit_status, said, _ = tuned(tmp_path / "none")
    assert exit_status == 3
    assert "cannot be worked in (No such file or directory)" in said


@pytest.mark.parametrize("kind", [Chat, Preference, Related])
@pytest.mark.parametrize(
    "line", ["", "{", "[]", '{"my secret": 1}', '{"messages": []}', '{"anchor": "", "positive": ""}']
)
def test_a_broken_line_is_told_by_its_number_and_without_its_text(tmp_path: Path, kind: Any, line: str) -> None:
    path = tmp_path / "train.jsonl"
    path.write_text(f"{line}\n")
    with pytest.raises(CannotTuneError, match=r"Line 1 of train\.jsonl") as refused:
        rows_of(path, kind)
    assert "secret" not in str(refused.value)


def test_a_file_that_is_not_there_has_no_rows(tmp_path: Path) -> None:
    assert rows_of(tmp_path / "validation.jsonl", Chat) == []
