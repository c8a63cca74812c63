"""An open-weight model tuned on a GPU of one's own, as a job that outlives the service: a process, or a Kubernetes Job.

What comes out is an adapter (`ratchet_tuner` says what is in it), as a tar in the artifact store; unpacked it lies in
`WORK/<token>/adapter` too. A server of OpenAI's shape that loads LoRA adapters serves it, such as vLLM:

    vllm serve BASE --enable-lora --max-lora-rank 64 --lora-modules acme-summary=WORK/<token>/adapter \\
        --chat-template WORK/<token>/adapter/chat_template.jinja

It stands in the router's catalogue as a provider with the model `acme-summary`, and is registered as a version of that
name by `POST /api/models/versions`: from there on evaluation, gate and rollout are those of any other version.
"""
