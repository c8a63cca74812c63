"""The knobs of tuning Gemini at Vertex AI."""

from typing import Annotated

from pydantic import BaseModel, Field

PATH = r"^([-A-Za-z0-9_]+(/[-A-Za-z0-9_]+)*)?$"
Url = Annotated[str, Field(pattern=r"^(https?://\S+)?$", max_length=500)]


class VertexSettings(BaseModel):
    """The part of the trainer's settings that this platform reads.

    Nothing is needed for a start: what is missing is named when a job wants it.
    """

    vertex_project: str = Field("", pattern=r"^[-a-z0-9:.]{0,100}$", description="of Google Cloud, its id")
    vertex_location: str = Field(
        "us-central1", pattern=r"^[a-z0-9-]{1,40}$", description="the region where models are tuned, and then serve"
    )
    vertex_bucket: str = Field(
        "", pattern=r"^([a-z0-9][-_.a-z0-9]{1,220}[a-z0-9])?$", description="of Cloud Storage, for training files"
    )
    vertex_prefix: str = Field("ratchet", pattern=PATH, max_length=200, description="of what is put into that bucket")
    vertex_credentials: str = Field(
        "",
        max_length=1000,
        description="file:PATH or env:NAME of a service account's key; default: Google's own search",
    )
    vertex_kms_key: str = Field(
        "", max_length=500, description="projects/…/cryptoKeys/…, for files and models; default: Google's own keys"
    )
    vertex_base_url: Url = Field("", description="of Vertex AI; default: the region's")
    vertex_storage_url: Url = Field("https://storage.googleapis.com", description="of Cloud Storage")
    vertex_timeout_s: float = Field(60, ge=1, le=600, description="for an answer of Google's")
