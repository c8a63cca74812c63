"""The model in the process that holds it: from a folder to vectors, or to a sentence on what is wrong with it."""

import json
from array import array
from pathlib import Path
from typing import Any

import pytest

from ratchet_providers.local_embeddings.folder import ModelError, folder_at
from ratchet_providers.local_embeddings.model import LocalModel, Made, Which, prepare

pytestmark = pytest.mark.local


def model(folder: Path, **how: Any) -> LocalModel:
    return LocalModel(folder_at(folder), Which(str(folder), **how))


def vectors(made: Made) -> list[list[float]]:
    numbers = array("f", made.vectors).tolist()
    return [numbers[start : start + made.length] for start in range(0, len(numbers), made.length)]


def near(one: list[float], other: list[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


def test_texts_that_mean_the_same_lie_near_each_other_whatever_their_words(tiny: Path) -> None:
    made = model(tiny).embedded(["revenue", "TURNOVER", "staff"])
    revenue, turnover, staff = vectors(made)
    assert made.length == len(revenue) == 12
    assert made.tokens == 9  # each has a first and a last one
    assert near(revenue, revenue) == pytest.approx(1, abs=1e-6)
    assert near(revenue, turnover) > 0.8 > 0.3 > near(revenue, staff)


def test_a_vector_is_the_same_alone_and_among_others_long_and_short(tiny: Path) -> None:
    its = model(tiny)
    texts = ["sales " * (n % 13) + "staff rose" for n in range(400)]
    made = vectors(its.embedded(texts))
    for place in (0, 5, 12, 399):
        (alone,) = vectors(its.embedded([texts[place]]))
        assert made[place] == pytest.approx(alone, abs=1e-6)
    assert its.embedded([]) == Made(b"", 0, 0)


def test_what_is_beyond_the_longest_is_left_out(tiny: Path) -> None:
    """Of the model's 16 places two are taken by the first and the last token, or fewer are wanted."""
    its = model(tiny)
    assert its.embedded(["sales " * 14 + "staff"]) == its.embedded(["sales " * 14])
    assert its.embedded(["sales " * 13 + "staff"]) != its.embedded(["sales " * 14])
    assert model(tiny, tokens=4).embedded(["sales sales staff staff"]).tokens == 4


@pytest.mark.parametrize(
    "said", [{"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}, {"pooling_mode": "cls"}]
)
def test_the_folder_says_how_vectors_are_pooled(tmp_path: Path, tiny: Path, said: dict[str, Any]) -> None:
    from tests.local.tiny_model import tiny_model

    one, other = vectors(model(tiny_model(tmp_path, pooling=said)).embedded(["sales", "staff"]))
    assert one == other  # this model's first token knows nothing of the others


def test_where_it_does_not_say_the_catalogue_has_to(tmp_path: Path, tiny: Path) -> None:
    from tests.local.tiny_model import tiny_model

    folder = tiny_model(tmp_path, pooling=None)
    with pytest.raises(ModelError, match="set `pooling` to mean or cls"):
        prepare(Which(str(folder)))
    assert model(folder, pooling="mean").embedded(["sales"]) == model(tiny).embedded(["sales"])


def test_a_graph_may_pool_for_itself_take_other_integers_and_fewer_inputs(tmp_path: Path, tiny: Path) -> None:
    from onnx import TensorProto

    from tests.local.tiny_model import tiny_model

    folder = tiny_model(
        tmp_path, graph="model.onnx", pooling=None, pooled=True, inputs=["input_ids"], kind=TensorProto.INT32
    )
    assert model(folder).embedded(["sales", "staff"]).length == 12


@pytest.mark.parametrize(
    ("breaks", "said"),
    [
        (lambda folder: (folder / "onnx" / "model.onnx").write_bytes(b"no graph"), "model.onnx cannot be loaded"),
        (lambda folder: (folder / "onnx" / "model.onnx").unlink(), "holds no model"),
        (lambda folder: (folder / "tokenizer.json").write_text("{}"), "is no tokenizer"),
        (lambda folder: (folder / "tokenizer.json").unlink(), "tokenizer.json is missing"),
        (lambda folder: (folder / "config.json").write_text("["), "config.json cannot be read"),
        (lambda folder: (folder / "config.json").write_text("[]"), "config.json is no JSON object"),
        (
            lambda folder: (folder / "1_Pooling" / "config.json").write_text(json.dumps({"pooling_mode": "max"})),
            "another pooling than one of mean and cls",
        ),
    ],
)
def test_what_is_wrong_with_a_folder_is_a_sentence(tmp_path: Path, tiny: Path, breaks: Any, said: str) -> None:
    from tests.local.tiny_model import tiny_model

    breaks(tiny_model(tmp_path))
    with pytest.raises(ModelError, match=said):
        prepare(Which(str(tmp_path)))


def test_a_model_with_more_than_is_known_here_is_refused(tmp_path: Path, tiny: Path) -> None:
    from tests.local.tiny_model import tiny_model, with_modules

    folder = with_modules(tiny_model(tmp_path / "a"), "Transformer", "Pooling", "Normalize")
    assert model(folder).embedded(["sales"]).length == 12
    with pytest.raises(ModelError, match="a module Dense, which is not known here"):
        model(with_modules(folder, "Transformer", "Pooling", "Dense"))
    with pytest.raises(ModelError, match="is no model of text: it asks for pixels"):
        prepare(Which(str(tiny_model(tmp_path / "b", inputs=["input_ids", "pixels"]))))


def test_a_name_that_cannot_be_fetched_is_said(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(ModelError, match=r"nobody/nothing cannot be fetched from the Hugging Face hub"):
        prepare(Which("nobody/nothing", hub=True))
    with pytest.raises(ModelError, match="cannot be fetched"):
        prepare(Which("no name/at all/of any", hub=True))


def test_what_is_fetched_is_what_a_folder_has(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, str | None, list[str]]] = []

    def fetch(name: str, *, revision: str | None, allow_patterns: list[str]) -> str:
        asked.append((name, revision, allow_patterns))
        return str(tiny)

    monkeypatch.setattr("huggingface_hub.snapshot_download", fetch)
    assert prepare(Which("some/model", hub=True, revision="v2")) == 12
    ((name, revision, patterns),) = asked
    assert (name, revision) == ("some/model", "v2")
    assert {"tokenizer.json", "onnx/model.onnx", "1_Pooling/config.json"} <= set(patterns)
    assert not [one for one in patterns if one.endswith((".py", ".bin", ".safetensors"))]
