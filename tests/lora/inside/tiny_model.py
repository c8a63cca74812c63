"""Run by the tuner's Python: `tiny_model.py FOLDER chat encoder broken` makes models of random weights, 100 kB each."""

import sys
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import BertConfig, BertModel, LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

SPECIAL = ["<pad>", "<s>", "</s>"]


def tokenizer() -> PreTrainedTokenizerFast:
    """A token for each byte: it knows every text."""
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {token: place for place, token in enumerate([*SPECIAL, *letters])}
    its = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    its.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    its.decoder = decoders.ByteLevel()
    return PreTrainedTokenizerFast(tokenizer_object=its, pad_token="<pad>", bos_token="<s>", eos_token="</s>")


def make(kind: str, folder: Path) -> None:
    torch.manual_seed(7)
    its = tokenizer()
    size = {"vocab_size": len(its), "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2}
    heads = {"num_attention_heads": 2, "max_position_embeddings": 1024, "pad_token_id": 0}
    if kind != "encoder":
        model = LlamaForCausalLM(LlamaConfig(**size, **heads, bos_token_id=1, eos_token_id=2))
        if kind == "broken":
            torch.nn.init.constant_(model.lm_head.weight, torch.nan)
    else:
        model = BertModel(BertConfig(**size, **heads))
    model.save_pretrained(folder)
    its.save_pretrained(folder)


if __name__ == "__main__":
    for kind in sys.argv[2:]:
        make(kind, Path(sys.argv[1]) / kind)
