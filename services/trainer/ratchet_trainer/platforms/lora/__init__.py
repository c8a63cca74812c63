"""An open-weight model tuned on a GPU of one's own, as a job that outlives the service: a process, or a Kubernetes Job.

What comes out is an adapter (`ratchet_tuner` says what is in it), as a tar in the artifact store; unpacked it lies in
`WORK/<token>/adapter` too. A server of OpenAI's shape that loads LoRA adapters serves it, such as vLLM:

    vllm serve BASE --enable-lora --max-lora-rank 64 --lora-modules VERSION=WORK/<token>/adapter \\
        --chat-template WORK/<token>/adapter/chat_template.jinja

It is a provider of the catalogue, named under `[platforms.lora]`, and asked by the version's id. One that was tuned
elsewhere is registered by `POST /api/models/versions` with the platform `lora` and its name there.
"""
