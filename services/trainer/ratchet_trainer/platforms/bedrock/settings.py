"""The knobs of tuning at Amazon Bedrock. For credentials boto3 looks where all of AWS's tools look."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

PATH = r"^([-A-Za-z0-9_]+(/[-A-Za-z0-9_]+)*)?$"
Url = Annotated[str, Field(pattern=r"^(https?://\S+)?$", max_length=500)]


class BedrockSettings(BaseModel):
    """The part of the trainer's settings that this platform reads.

    Nothing is needed for a start: what is missing is named when a job wants it.
    """

    bedrock_region: str = Field(
        "", pattern=r"^([a-z0-9-]{1,20})?$", description="of its jobs; default: AWS_DEFAULT_REGION"
    )
    bedrock_bucket: str = Field(
        "", pattern=r"^([a-z0-9][-.a-z0-9]{1,61}[a-z0-9])?$", description="of S3, in that region, for training files"
    )
    bedrock_prefix: str = Field("ratchet", pattern=PATH, max_length=200, description="of what is put into that bucket")
    bedrock_role_arn: str = Field("", max_length=2048, description="the role with which Bedrock reads that bucket")
    bedrock_kms_key: str = Field(
        "", max_length=2048, description="for the files and models; default: the bucket's and Bedrock's own"
    )
    bedrock_serving: Literal["on_demand", "provisioned", "none"] = Field(
        "on_demand", description="how a tuned model is made to answer; none: somebody else does it"
    )
    bedrock_model_units: int = Field(1, ge=1, le=1000, description="of provisioned throughput; they cost by the hour")
    bedrock_commitment: Literal["none", "OneMonth", "SixMonths"] = Field(
        "none", description="of provisioned throughput: none, OneMonth or SixMonths"
    )
    bedrock_endpoint_url: Url = Field("", description="of Bedrock, such as a VPC endpoint's; default: the region's")
    bedrock_s3_endpoint_url: Url = Field("", description="of S3; default: the region's")
    bedrock_timeout_s: float = Field(60, ge=1, le=600, description="for an answer of AWS's")
