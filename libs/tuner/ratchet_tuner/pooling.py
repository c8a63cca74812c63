"""How a text's vector is made of its tokens' vectors."""

import json
from pathlib import Path
from typing import Any, Final

from ratchet_tuner.failing import CannotTuneError

# Where a model of sentence-transformers' layout says it, and by which names.
PLACE: Final = "1_Pooling/config.json"
NAMES: Final = {"pooling_mode_mean_tokens": "mean", "pooling_mode_cls_token": "first", "pooling_mode_lasttoken": "last"}


def pooling_of(base_model: str) -> str:
    """mean, first or last: as the base model's folder says, else the mean. Raises CannotTuneError."""
    path = Path(base_model) / PLACE
    if not path.is_file():
        return "mean"
    said = json.loads(path.read_text())
    modes = [name for name, value in said.items() if name.startswith("pooling_mode") and value is True]
    found = [NAMES[name] for name in modes if name in NAMES]
    if len(modes) != 1 or len(found) != 1:
        raise CannotTuneError(f"{path} pools its tokens in a way that is not known here: there are mean, cls and last.")
    return found[0]


def pooled(hidden: Any, mask: Any, pooling: str) -> Any:
    """`hidden`: batch by tokens by dimensions; `mask`: batch by tokens, 1 where a token is."""
    rows = range(len(hidden))
    if pooling == "first":
        return hidden[rows, mask.argmax(dim=1)]
    if pooling == "last":
        return hidden[rows, mask.shape[1] - 1 - mask.flip(1).argmax(dim=1)]
    weights = mask.unsqueeze(-1).to(hidden.dtype)
    return (hidden * weights).sum(dim=1) / weights.sum(dim=1).clamp(min=1)
