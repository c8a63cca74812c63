"""Supervised tuning of a chat model by TRL: what the assistant said is learned, what others said is read."""

from collections.abc import Sequence

from datasets import Dataset
from trl import SFTConfig, SFTTrainer

from ratchet_tuner.arguments import adapter_config, common
from ratchet_tuner.learnable import Encode, Learnable, learnable
from ratchet_tuner.lines import Chat, Turn, rows_of
from ratchet_tuner.tuning import Bench, Prepared, files, short_enough, something_left


def supervised(bench: Bench) -> Prepared:
    """Raises CannotTuneError."""
    train, validation = files(bench.work)
    chats = rows_of(train, Chat)
    examples, held_out = _learnables(bench, chats), _learnables(bench, rows_of(validation, Chat))
    something_left(bench.order, len(chats), len(examples))
    trainer = SFTTrainer(
        model=bench.model,
        args=SFTConfig(
            **common(bench.order, bench.work, bench.place, len(examples), validates=bool(held_out)),
            max_length=None,  # what is too long was left out
            packing=False,
        ),
        train_dataset=_dataset(examples),
        eval_dataset=_dataset(held_out) if held_out else None,
        processing_class=bench.tokenizer,
        peft_config=adapter_config(bench.order),
    )
    tokens = sum(len(example.input_ids) for example in examples)
    return Prepared(trainer, len(examples), tokens, len(chats) - len(examples))


def _learnables(bench: Bench, chats: Sequence[Chat]) -> list[Learnable]:
    encode = encoder(bench)
    found = [learnable(chat.messages, encode) for chat in chats]
    return short_enough(bench.order, [(len(one.input_ids), one) for one in found if one.learned])


def encoder(bench: Bench) -> Encode:
    def encode(turns: Sequence[Turn], model_speaks_next: bool) -> list[int]:
        return list(
            bench.tokenizer.apply_chat_template(
                [turn.spoken() for turn in turns],
                add_generation_prompt=model_speaks_next,
                tokenize=True,
                return_dict=False,
            )
        )

    return encode


def _dataset(examples: Sequence[Learnable]) -> Dataset:
    return Dataset.from_list([{"input_ids": one.input_ids, "labels": one.labels} for one in examples])
