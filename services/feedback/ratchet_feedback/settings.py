"""The feedback service's own knobs: how long things are kept, and when retraining falls due."""

from datetime import timedelta

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import SettingsConfigDict

from ratchet_common.settings import CommonSettings
from ratchet_feedback.links import SHORTEST_KEY
from ratchet_feedback.retraining import Limits


class FeedbackSettings(CommonSettings):
    model_config = SettingsConfigDict(env_prefix="FEEDBACK_", extra="forbid", frozen=True, populate_by_name=True)

    answers_kept_days: int = Field(7, ge=1, le=365, description="how long an answer's text stays to be joined with")
    answers_known_days: int = Field(
        30, ge=1, le=730, description="how long what is said finds its answer; the text goes before"
    )
    pending_days: int = Field(7, ge=1, le=365, description="how long feedback waits for its answer before it expires")
    upload_bytes: int = Field(64 * 1024 * 1024, ge=1024, description="of feedback in one file; more gets 413")
    text_kept_days: int = Field(90, ge=1, le=3650, description="then comments and corrections go; the numbers stay")
    link_key: SecretStr | None = Field(
        None,
        description="signs links that need no token; 32 letters or more, several by commas; default: made once",
    )
    link_days: float = Field(30, gt=0, le=366, description="that such a link is good for, while its answer is known")
    public_url: str = Field("", description="where such links lead; default: as the request that asks for one came")
    retrain_corrections: int = Field(50, ge=1, le=1_000_000, description="so many make retraining due")
    retrain_negative_share: float = Field(0.20, ge=0, le=1, description="a larger share of ratings makes it due")
    retrain_ratings: int = Field(30, ge=1, le=1_000_000, description="fewer ratings say nothing about a share")
    retrain_cool_down_hours: float = Field(24, ge=0, le=8760, description="between two triggers of a task")

    retrain_age_days: int = Field(30, ge=0, le=3650, description="without a training, once there was one; 0: never")
    retrain_age_ratings: int = Field(10, ge=1, le=1_000_000, description="that must have come since, for age to count")

    @field_validator("link_key")
    @classmethod
    def _long_enough(cls, key: SecretStr | None) -> SecretStr | None:
        if key is not None and not all(len(one.encode()) >= SHORTEST_KEY for one in key.get_secret_value().split(",")):
            raise ValueError(f"each key of links has {SHORTEST_KEY} letters or more")
        return key

    @property
    def link_keys(self) -> tuple[bytes, ...]:
        """The first one signs. Empty: none was given."""
        return tuple(one.encode() for one in self.link_key.get_secret_value().split(",")) if self.link_key else ()

    @property
    def answers_kept(self) -> timedelta:
        return timedelta(days=self.answers_kept_days)

    @property
    def answers_known(self) -> timedelta:
        """With their text, or without it any more."""
        return timedelta(days=max(self.answers_kept_days, self.answers_known_days))

    @property
    def patience(self) -> timedelta:
        return timedelta(days=self.pending_days)

    @property
    def text_kept(self) -> timedelta:
        return timedelta(days=self.text_kept_days)

    @property
    def limits(self) -> Limits:
        return Limits(
            corrections=self.retrain_corrections,
            negative_share=self.retrain_negative_share,
            ratings=self.retrain_ratings,
            cool_down=timedelta(hours=self.retrain_cool_down_hours),
            age=timedelta(days=self.retrain_age_days),
            age_ratings=self.retrain_age_ratings,
        )
