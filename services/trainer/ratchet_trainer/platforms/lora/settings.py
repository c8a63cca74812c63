"""Where it tunes, and with what."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, Field, field_validator
from pydantic_settings import NoDecode


class LoraSettings(BaseModel):
    """The part of the trainer's settings that this platform reads."""

    lora_runner: Literal["off", "subprocess", "kubernetes"] = Field(
        "off", description="where the tuning platform lora runs its tuners: off, subprocess or kubernetes"
    )
    lora_work_dir: Path | None = Field(None, description="a folder for its runs, that the tuners see too")
    lora_models_dir: Path | None = Field(None, description="where its base models lie, a folder each")
    lora_hub: bool = Field(False, description="on: base models may come from the hub too, by name")
    lora_python: Path | None = Field(
        None, description="subprocess: a Python where ratchet-tuner[gpu] is installed, as .venv-lora/bin/python"
    )
    lora_device: Literal["cuda", "cpu", "auto"] = Field("cuda", description="cuda, cpu, or auto: a GPU where one is")
    lora_four_bit: bool = Field(False, description="on: base models are loaded in 4 bits, for small GPUs")
    lora_at_once: int = Field(1, ge=1, le=1000, description="runs of it; further ones wait")
    lora_examples_at_once: int = Field(4, ge=1, le=4096, description="in a GPU's memory; batches are made of them")
    lora_max_tokens: int = Field(2048, ge=8, le=1_000_000, description="longer examples are left out, else said")
    lora_restarts: int = Field(2, ge=0, le=100, description="of a run that died; it goes on from its last checkpoint")
    lora_silent_s: float = Field(60, ge=5, le=3600, description="before one that shows no life counts as dead")
    lora_kill_after_s: float = Field(60, ge=1, le=3600, description="a cancelled run that has not ended is killed")
    lora_image: str = Field("", max_length=500, description="kubernetes: the tuner's image")
    lora_claim: str = Field("ratchet-lora", max_length=253, description="kubernetes: the volume claim of its folders")
    lora_claim_path: Path = Field(
        Path("/var/lib/ratchet-lora"), description="kubernetes: where the claim is mounted, here and there"
    )
    lora_gpus: int = Field(1, ge=0, le=1, description="kubernetes: GPUs of a run; 0 with lora_device=cpu")
    lora_gpu_resource: str = Field("nvidia.com/gpu", max_length=253, description="kubernetes: by what name GPUs go")
    lora_memory: str = Field("32Gi", pattern=r"^\d+(Mi|Gi|Ti)$", description="kubernetes: of a run, at most")
    lora_cpu: str = Field("4", pattern=r"^\d+m?$", description="kubernetes: that a run asks for")
    lora_secret: str = Field(
        "", max_length=253, description="kubernetes: a Secret for the tuner's environment, as HF_TOKEN for the hub"
    )
    lora_node_selector: Annotated[dict[str, str], NoDecode] = Field(
        {}, description="kubernetes: labels of the nodes that it may use, as gpu=a100,zone=b"
    )

    @field_validator("lora_node_selector", mode="before")
    @classmethod
    def _lora_labels(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        pairs = [part.partition("=") for part in value.split(",") if part.strip()]
        return {label.strip(): its.strip() for label, _, its in pairs}
