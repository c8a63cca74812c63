"""The base model and its tokenizer, from safetensors alone and without any code of theirs."""

from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, Final

import torch
from transformers import AutoModel, AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig

from ratchet_tuner.failing import CannotTuneError
from ratchet_tuner.order import Order

# For a base model that has none. Its marks are plain text: such a tokenizer has no tokens for them.
PLAIN_TEMPLATE: Final = (
    "{% for message in messages %}<|{{ message['role'] }}|>\n{{ message['content'] }}{{ eos_token }}\n{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>\n{% endif %}"
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where it is computed. `bf16`: with half the memory, where the GPU can."""

    device: str
    bf16: bool

    @property
    def on_gpu(self) -> bool:
        return self.device == "cuda"


def place_for(order: Order) -> Place:
    """Raises CannotTuneError where a GPU is asked for and none is there."""
    there = torch.cuda.is_available()
    if order.device == "cuda" and not there:
        raise CannotTuneError(
            "The order asks for a GPU, and PyTorch finds none here: run it where one is, or order the device cpu."
        )
    on_gpu = there and order.device != "cpu"
    if order.four_bit and not on_gpu:
        raise CannotTuneError("The order asks for four bits, which need a GPU: leave four_bit out, or run it on one.")
    if order.four_bit and find_spec("bitsandbytes") is None:
        raise CannotTuneError("Four bits need bitsandbytes: install it, pip install 'ratchet-tuner[gpu,four-bit]'.")
    return Place("cuda" if on_gpu else "cpu", bf16=on_gpu and torch.cuda.is_bf16_supported())


def load_model(order: Order, place: Place) -> Any:
    """Raises CannotTuneError."""
    kind = AutoModel if order.method == "embeddings" else AutoModelForCausalLM
    how: dict[str, Any] = {"dtype": torch.bfloat16 if place.bf16 else torch.float32}
    if order.four_bit:
        how["quantization_config"] = BitsAndBytesConfig(
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_use_double_quant=True,
            bnb_4bit_compute_dtype=torch.bfloat16 if place.bf16 else torch.float16,
        )
    try:
        model = kind.from_pretrained(order.base_model, use_safetensors=True, trust_remote_code=False, **how)
    except (OSError, ValueError, KeyError) as error:
        raise CannotTuneError(
            f"The base model {order.base_model} cannot be loaded ({type(error).__name__}): it must be one that the "
            "transformers library knows without code of its own, with its weights as safetensors."
        ) from error
    return model if order.four_bit else model.to(place.device)


def load_tokenizer(order: Order) -> Any:
    """With a chat template and a token to pad with. Raises CannotTuneError."""
    try:
        tokenizer = AutoTokenizer.from_pretrained(order.base_model, trust_remote_code=False)
    except (OSError, ValueError, KeyError) as error:
        raise CannotTuneError(
            f"The tokenizer of {order.base_model} cannot be loaded ({type(error).__name__}): bring its files there."
        ) from error
    if tokenizer.eos_token is None and order.method != "embeddings":
        raise CannotTuneError(f"The tokenizer of {order.base_model} has no token for the end of a text: give it one.")
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    if not tokenizer.chat_template and order.method != "embeddings":
        tokenizer.chat_template = PLAIN_TEMPLATE
    return tokenizer
