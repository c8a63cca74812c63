"""The trainer's knobs."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from ratchet_catalogue.catalogue_file import SHIPPED_CATALOGUE
from ratchet_scoring.advance import Limits
from ratchet_trainer.estimate.estimates import Rules as EstimateRules
from ratchet_trainer.job_settings import JobSettings
from ratchet_trainer.rollouts.rollout import Plan

IDLE = 4  # times as long


class TrainerSettings(JobSettings):
    model_config = SettingsConfigDict(env_prefix="TRAINER_", extra="forbid", frozen=True, populate_by_name=True)

    artifacts_url: str = Field(
        "file:///var/lib/ratchet/artifacts", max_length=1000, description="file: URL of a directory"
    )
    steps: Annotated[tuple[int, ...], NoDecode] = Field((10, 50), description="shares of a version on trial, ascending")
    holdout_percent: int = Field(5, ge=0, le=50, description="stays on the old version for a while")
    holdout_days: float = Field(7, gt=0, le=365, description="how long")
    lease_s: float = Field(30, ge=1, le=3600, description="another worker takes over what was not renewed so long")
    look_every_s: float = Field(1, ge=0.05, le=60, description="how often jobs and candidates are looked for")
    fit_limit_s: int = Field(3600, ge=1, le=24 * 3600, description="a fit that takes longer is ended")
    evaluation_cases: int = Field(2_000, ge=1, le=10_000, description="held-out cases of an evaluation, at most")
    shadow_answers: int = Field(
        100, ge=1, le=100_000, description="that what is in the shadow gives before it is judged"
    )
    shadow_first: int = Field(
        0, ge=0, le=100, description="per cent of its task's units that a candidate answers unseen before it is judged"
    )
    shadow_first_days: float = Field(7, gt=0, le=90, description="then it is judged by what it has answered until then")
    catalogue: Path = Field(SHIPPED_CATALOGUE, description="the models that evaluations may ask, as the router's")
    evaluation_cost_usd: float = Field(
        5, ge=0, le=100_000, description="of an evaluation that names none, the gate's too"
    )
    baseline_model: str = Field(
        "",
        max_length=100,
        description="of the catalogue, asked what base would say; empty: the one that gave most of its latest answers",
    )
    evaluation_at_once: int = Field(4, ge=1, le=64, description="cases of an evaluation that models are asked at once")
    evaluation_answer_tokens: int = Field(1_024, ge=1, le=100_000, description="of an answer in an evaluation, at most")
    judge_model: str = Field("", max_length=100, description="of the catalogue: compares answers; empty: no judge")
    gate_margin: float = Field(0.02, ge=0, le=1, description="a version is no worse within so much")
    gate_saving: float = Field(
        0.30, ge=0, le=1, description="of cost or time, from which one that is no worse is better"
    )
    gate_slice_loss: float = Field(0.05, ge=0, le=1, description="a guarded slice may lose so much")
    gate_slice_cases: int = Field(30, ge=1, le=10_000, description="a smaller slice is not guarded")
    estimate_min: int = Field(200, ge=50, le=100_000, description="outcomes of cheap and of strong tiers that it needs")
    estimate_growth: float = Field(0.2, gt=0, le=10, description="part of new outcomes after which it is trained anew")
    estimate_every_s: float = Field(60, ge=0.05, le=3600, description="between two looks at a task's new outcomes")
    estimate_limit_s: int = Field(600, ge=1, le=24 * 3600, description="a training of one that takes longer is ended")
    seed: int = Field(42, ge=0, le=2**31, description="of training and resampling")

    @field_validator("steps", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return [part.strip() for part in value.split(",")] if isinstance(value, str) else value

    @field_validator("steps")
    @classmethod
    def _ascending(cls, steps: tuple[int, ...]) -> tuple[int, ...]:
        if not steps or list(steps) != sorted(set(steps)) or not 0 < steps[0] <= steps[-1] < 100:
            raise ValueError("steps are shares from 1 to 99, ascending, such as 10,50")
        return steps

    @field_validator("estimate_min")
    @classmethod
    def _enough_for_both_sides(cls, least: int, info: ValidationInfo) -> int:
        most = info.data.get("estimate_outcomes", 0)
        if 0 < most < 2 * least:
            raise ValueError(f"estimate_outcomes, which is {most}, is 0 or at least twice estimate_min")
        return least

    @property
    def pace(self) -> dict[str, float]:
        """Of a loop: how often it looks, and how seldom at least where nothing was due for a while."""
        return {"every": self.look_every_s, "idle": IDLE * self.look_every_s}

    @property
    def plan(self) -> Plan:
        return Plan(self.steps, self.holdout_percent, timedelta(days=self.holdout_days))

    @property
    def estimate_rules(self) -> EstimateRules:
        return EstimateRules(self.estimate_min, self.estimate_growth, self.estimate_outcomes)

    @property
    def limits(self) -> Limits:
        return Limits(self.gate_margin, self.gate_saving, self.gate_slice_loss, self.gate_slice_cases)
