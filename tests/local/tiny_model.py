"""A model of text so small that it is made here: a tokenizer that has read a few lines, and a graph with a vector for
each of its words. What it knows of their meaning is what GROUPS say.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers

LENGTH: Final = 12
GROUPS: Final = (("revenue", "sales", "turnover"), ("staff", "employees"), ("rate", "interest"))
LINES: Final = (
    "revenue rose as sales grew and turnover doubled",
    "the staff is larger and employees are paid the rate of interest",
    "what was it in this year of ours how many long vector",
)
SPECIAL: Final = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")
MEAN: Final = {"pooling_mode_mean_tokens": True, "pooling_mode_cls_token": False, "word_embedding_dimension": LENGTH}
INPUTS: Final = ("input_ids", "attention_mask", "token_type_ids")


def tiny_model(
    folder: Path,
    *,
    graph: str = "onnx/model.onnx",
    pooling: Mapping[str, Any] | None = MEAN,
    inputs: Sequence[str] = INPUTS,
    pooled: bool = False,
    kind: int = TensorProto.INT64,
) -> Path:
    """`pooled`: the graph itself makes one vector a text. `kind`: of the numbers that stand for tokens."""
    (folder / graph).parent.mkdir(parents=True, exist_ok=True)
    tokenizer = _tokenizer()
    tokenizer.save(str(folder / "tokenizer.json"))
    vectors = _vectors(tokenizer)
    onnx.save(_graph(vectors, inputs, kind, pooled=pooled), str(folder / graph))
    _write(folder / "config.json", {"model_type": "bert", "pad_token_id": 0, "max_position_embeddings": 16})
    if pooling is not None:
        _write(folder / "1_Pooling" / "config.json", pooling)
    return folder


def with_modules(folder: Path, *kinds: str) -> Path:
    _write(folder / "modules.json", [{"type": f"sentence_transformers.models.{kind}"} for kind in kinds])
    return folder


def _tokenizer() -> Tokenizer:
    made = Tokenizer(models.WordLevel(unk_token="[UNK]"))
    made.normalizer = normalizers.Lowercase()
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    made.train_from_iterator(LINES, trainers.WordLevelTrainer(special_tokens=list(SPECIAL)))
    made.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[(one, made.token_to_id(one)) for one in ("[CLS]", "[SEP]")]
    )
    return made


def _vectors(tokenizer: Tokenizer) -> Any:
    """Of words: a direction for each group, and little of any for the others. Those of no word: next to nothing."""
    made = np.random.default_rng(7).normal(0, 0.05, (tokenizer.get_vocab_size(), LENGTH)).astype(np.float32)
    for direction, group in enumerate(GROUPS):
        for word in group:
            made[tokenizer.token_to_id(word), direction] += 1
    return made


def _graph(vectors: Any, inputs: Sequence[str], kind: int, *, pooled: bool) -> Any:
    nodes = [helper.make_node("Gather", ["vectors", "input_ids"], ["last_hidden_state"])]
    constants = [numpy_helper.from_array(vectors, "vectors")]
    shape: list[str | int] = ["texts", "tokens", LENGTH]
    output = "last_hidden_state"
    if pooled:
        nodes.append(helper.make_node("ReduceMax", ["last_hidden_state", "axis"], ["sentence_embedding"], keepdims=0))
        constants.append(numpy_helper.from_array(np.array([1], dtype=np.int64), "axis"))
        shape, output = ["texts", LENGTH], "sentence_embedding"
    given = [helper.make_tensor_value_info(name, kind, ["texts", "tokens"]) for name in inputs]
    made = [helper.make_tensor_value_info(output, TensorProto.FLOAT, shape)]
    graph = helper.make_graph(nodes, "tiny", given, made, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(model)
    return model


def _write(path: Path, said: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(said))
