"""What a model's folder says of it: which files it is made of, how its vectors are put together. Without its libraries.

As sentence-transformers writes them: the graph as ONNX, a `tokenizer.json`, and how the vectors of a text's tokens
become the vector of the text.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

Pooling = Literal["mean", "cls"]

GRAPHS: Final = ("onnx/model.onnx", "model.onnx")  # the first that is there
TOKENIZER: Final = "tokenizer.json"
POOLING: Final = "1_Pooling/config.json"
MODULES: Final = "modules.json"
SAYS: Final = ("config.json", "tokenizer_config.json", "sentence_bert_config.json", MODULES, POOLING)
APART: Final = tuple(f"{graph}_data" for graph in GRAPHS)  # the numbers of a graph that is larger than 2 GB
FETCHED: Final = (TOKENIZER, *SAYS, *GRAPHS, *APART)
KNOWN_MODULES: Final = frozenset({"Transformer", "Pooling", "Normalize"})
_NO_BOUND: Final = 1_000_000  # tokens: tokenizers without one write 10³⁰
_POOLINGS: Final[dict[Any, Pooling]] = {
    "pooling_mode_mean_tokens": "mean",
    "mean": "mean",
    "pooling_mode_cls_token": "cls",
    "cls": "cls",
}
_ROBERTAS: Final = ("roberta", "camembert", "mpnet")  # their positions begin behind that of the padding


class ModelError(Exception):
    """There is no model here, or none that can be used. A sentence, with nothing of what anybody wrote."""


@dataclass(frozen=True, slots=True)
class Folder:
    """`pooling` None: the folder does not say. `longest`: tokens of a text; None: it does not say."""

    graph: Path
    tokenizer: Path
    pooling: Pooling | None
    longest: int | None
    padding: int


def folder_at(path: Path) -> Folder:
    """Raises ModelError."""
    if not path.is_dir():
        raise ModelError(f"there is no folder {path}")
    graph = next((path / name for name in GRAPHS if (path / name).is_file()), None)
    if graph is None:
        raise ModelError(f"the folder {path} holds no model: neither {' nor '.join(GRAPHS)} is there")
    if not (path / TOKENIZER).is_file():
        raise ModelError(f"the folder {path} holds no whole model: {TOKENIZER} is missing")
    _refuse_other_modules(path)
    config = _object(path / "config.json")
    return Folder(graph, path / TOKENIZER, _pooling(path), _longest(path, config), _number(config, "pad_token_id") or 0)


def _refuse_other_modules(path: Path) -> None:
    """Such as a dense layer behind the pooling: without it the vectors would be those of no model."""
    found = _read(path / MODULES)
    if found is None:
        return
    if not isinstance(found, list):
        raise ModelError(f"{path / MODULES} is no list")
    kinds = [str(one.get("type", "")).rpartition(".")[2] for one in found if isinstance(one, dict)]
    other = next((kind for kind in kinds if kind not in KNOWN_MODULES), None)
    if other is not None:
        raise ModelError(f"the model in {path} has a module {other}, which is not known here: name another model")


def _pooling(path: Path) -> Pooling | None:
    said = _object(path / POOLING)
    if not said:
        return None
    asked = [name for name, chosen in said.items() if name.startswith("pooling_mode_") and chosen is True]
    asked = [said["pooling_mode"]] if "pooling_mode" in said else asked
    known = [_POOLINGS[name] for name in asked if name in _POOLINGS]
    if len(known) != 1 or len(asked) != 1:
        raise ModelError(f"{path / POOLING} asks for another pooling than one of mean and cls: name another model")
    return known[0]


def _longest(path: Path, config: dict[str, Any]) -> int | None:
    positions = _number(config, "max_position_embeddings")
    if positions is not None and any(name in str(config.get("model_type", "")) for name in _ROBERTAS):
        positions -= 2
    said = (
        _number(_object(path / "sentence_bert_config.json"), "max_seq_length"),
        _number(_object(path / "tokenizer_config.json"), "model_max_length"),
        positions,
    )
    return min((one for one in said if one is not None and 0 < one < _NO_BOUND), default=None)


def _number(said: dict[str, Any], name: str) -> int | None:
    value = said.get(name)
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _object(path: Path) -> dict[str, Any]:
    """Empty where there is none."""
    found = _read(path)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise ModelError(f"{path} is no JSON object")
    return found


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise ModelError(f"{path} cannot be read ({type(error).__name__})") from None
