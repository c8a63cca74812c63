"""Tunes an open-weight model in one work folder, in a process of its own: `python -m ratchet_tuner --work DIR`.

In the folder: `order.json`, `train.jsonl` and perhaps `validation.jsonl` come in; `status.json`, `events.jsonl`,
`metrics.jsonl` and at the end `adapter/` come out. Without its extra (`ratchet-tuner[gpu]`) this package is what both
sides know of that folder, and nothing heavy.

The adapter is PEFT's: `adapter_model.safetensors`, `adapter_config.json`, the tokenizer with the chat template that it
was tuned with, and `card.json`. Any server of OpenAI's shape that loads LoRA adapters serves it, such as vLLM:

    vllm serve BASE --enable-lora --max-lora-rank RANK --lora-modules NAME=DIR/adapter \\
        --chat-template DIR/adapter/chat_template.jinja

Enter that server in the catalogue as the provider of `[platforms.lora]`; NAME is the version's id.
"""
