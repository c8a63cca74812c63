"""What a body of our own API has in common with all others."""

from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator


class GivenBody(BaseModel):
    """Fields that nobody knows are wrong; one that is null is as if it were left out."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        return {name: value for name, value in given.items() if value is not None or name not in cls.model_fields}
