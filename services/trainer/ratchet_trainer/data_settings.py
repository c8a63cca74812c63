"""The knobs of what is collected and of what datasets are made."""

from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from ratchet_common.settings import CommonSettings
from ratchet_common.vocabulary import TaskType
from ratchet_trainer.collecting.sampling import Sampling
from ratchet_trainer.datasets.dataset import Rules
from ratchet_trainer.datasets.split import SHARES
from ratchet_trainer.privacy.finding.kinds import kinds_of
from ratchet_trainer.privacy.finding.sought import Sought


class DataSettings(CommonSettings):
    model_config = SettingsConfigDict(env_prefix="TRAINER_", extra="forbid", frozen=True, populate_by_name=True)

    hash_salt: SecretStr | None = Field(
        None, min_length=16, max_length=1000, description="keys the hashes of users and sessions; else one is made once"
    )
    scrub_kinds: Annotated[tuple[str, ...], NoDecode] = Field(
        ("direct",),
        description="kinds of private data that give way to placeholders: direct, describing, all, or by name",
    )
    ner_model: str = Field(
        "",
        max_length=1000,
        description="a spaCy pipeline that finds names too, by package or folder; empty: rules alone",
    )
    sample_share: float = Field(0.05, ge=0, le=1, description="of the answers that nobody rated is learned from")
    sample_quality: float = Field(0.8, ge=0, le=1, description="an unrated answer below is not learned from")
    sample_quality_by_task: Annotated[dict[str, float], NoDecode] = Field(
        {}, description="other thresholds for some tasks, as summary=0.9,qa=0.7"
    )
    served_days: int = Field(30, ge=1, le=365, description="how long answers count for the chance of feedback")
    shadow_days: int = Field(30, ge=1, le=365, description="how long answers in the shadow are kept, scrubbed")
    archive_days: float = Field(
        730, gt=0, le=36_500, description="an example that was learned longer ago is in no new dataset"
    )
    min_examples: int = Field(50, ge=1, le=100_000, description="fewer make no dataset")
    dataset_max: int = Field(20_000, ge=1, le=200_000, description="the newest so many examples make a dataset")
    dataset_max_bytes: int = Field(512 * 1024**2, ge=1024**2, le=64 * 1024**3, description="of texts in a dataset")
    near_duplicate: float = Field(0.85, ge=0.5, le=1, description="texts with more 3-word runs in common are one")
    split: Literal["80/10/10", "90/10"] = Field("80/10/10", description="training/validation/test, or training/test")
    split_seed: int = Field(42, ge=0, le=2**31, description="another seed, another split")
    split_by_user: bool = Field(False, description="on: what one user asked stays on one side")
    estimate_outcomes: int = Field(
        10_000, ge=0, le=100_000, description="the newest so many teach who needs a stronger model; 0: none are kept"
    )
    estimate_days: int = Field(90, ge=1, le=365, description="how long outcomes are kept for it, without their text")

    @field_validator("scrub_kinds", mode="before")
    @classmethod
    def _kinds_apart(cls, value: object) -> object:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    @field_validator("scrub_kinds")
    @classmethod
    def _known_kinds(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if not kinds_of(names):
            raise ValueError("nothing would be scrubbed; name kinds, or leave the setting out")
        return names

    @field_validator("sample_quality_by_task", mode="before")
    @classmethod
    def _thresholds_by_task(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        pairs = [part.partition("=") for part in value.split(",") if part.strip()]
        return {task.strip(): threshold for task, _, threshold in pairs}

    @field_validator("sample_quality_by_task")
    @classmethod
    def _known_tasks(cls, by_task: dict[str, float]) -> dict[str, float]:
        if unknown := sorted(by_task.keys() - set(TaskType)):
            raise ValueError(f"there is no task {', '.join(unknown)}; there are {', '.join(TaskType)}")
        if any(not 0 <= threshold <= 1 for threshold in by_task.values()):
            raise ValueError("a threshold lies between 0 and 1, as in summary=0.9")
        return by_task

    @property
    def sought(self) -> Sought:
        return Sought(kinds_of(self.scrub_kinds), self.ner_model)

    @property
    def rules(self) -> Rules:
        return Rules(
            min_examples=self.min_examples,
            max_examples=self.dataset_max,
            max_bytes=self.dataset_max_bytes,
            near_duplicate=self.near_duplicate,
            shares=SHARES[self.split],
            seed=self.split_seed,
            by_user=self.split_by_user,
        )

    @property
    def sampling(self) -> Sampling:
        return Sampling(self.sample_share, self.sample_quality, self.sample_quality_by_task)
