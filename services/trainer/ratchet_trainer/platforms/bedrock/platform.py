"""Tuning at Amazon Bedrock: files in S3, a model customization job, and something that serves what came out.

Everything is named after the order, and a job is found by its name: its run's id.
"""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from ratchet_trainer.datasets.split import Side
from ratchet_trainer.platforms.bedrock.bucket import Bucket
from ratchet_trainer.platforms.bedrock.curves import curves_of
from ratchet_trainer.platforms.bedrock.failing import AlreadyThereError, NotThereError
from ratchet_trainer.platforms.bedrock.hyperparameters import as_bedrock_says
from ratchet_trainer.platforms.bedrock.run import Job, events_of, read, status_of
from ratchet_trainer.platforms.bedrock.serving import Serving
from ratchet_trainer.platforms.bedrock.settings import BedrockSettings
from ratchet_trainer.platforms.on_first_use import OnFirstUse, insist_on
from ratchet_trainer.platforms.platform import (
    Metrics,
    Order,
    PlatformAwayError,
    PlatformRefusedError,
    RunEvent,
    RunGoneError,
    Status,
    TrainingFile,
    Tuned,
)

if TYPE_CHECKING:
    from ratchet_trainer.platforms.bedrock.aws import Aws

NO_TAG: Final = re.compile(r"[^a-zA-Z0-9\s._:/=+@-]")
MOST_TAG: Final = 256


class BedrockPlatform:
    name = "bedrock"
    in_process = False

    def __init__(self, settings: BedrockSettings) -> None:
        self._settings = settings
        self._aws_there = OnFirstUse(lambda: _load(settings))

    async def close(self) -> None:
        await self._aws_there.close()

    async def upload(self, order: Order, file: TrainingFile) -> str:
        return await (await self._bucket()).keep(order, file)

    async def find(self, order: Order) -> str | None:
        try:
            return (await self._job(order.name)).job_name
        except RunGoneError:
            return None

    async def create(self, order: Order, files: Mapping[Side, str]) -> str:
        bucket, aws = await self._bucket(), await self._aws()
        wanted = job_of(order, files, bucket.output(order), self._settings)
        found = await self.find(order)
        if found is not None:
            return found
        try:
            await aws.bedrock(f"create the job {order.name}", "create_model_customization_job", **wanted)
        except AlreadyThereError:  # another worker was as fast
            return (await self._job(order.name)).job_name
        return order.name

    async def status(self, run_id: str) -> Status:
        return status_of(await self._job(run_id))

    async def events(self, run_id: str) -> Sequence[RunEvent]:
        return events_of(await self._job(run_id))

    async def cancel(self, run_id: str) -> None:
        aws, job = await self._aws(), await self._job(run_id)
        if job.has_ended or job.status == "Stopping":
            return
        try:
            await aws.bedrock(f"stop the job {run_id}", "stop_model_customization_job", jobIdentifier=run_id)
        except PlatformRefusedError as error:
            if (await self._job(run_id)).has_ended:  # meanwhile
                return
            if isinstance(error, AlreadyThereError):  # it is at a place where it cannot be stopped
                raise PlatformAwayError(f"Bedrock cannot stop the job {run_id} yet.") from None
            raise

    async def result(self, run_id: str) -> Tuned:
        """Raises PlatformAwayError until what serves the model is ready: then ask again."""
        job = await self._job(run_id)
        if job.status != "Completed":
            raise PlatformRefusedError(f"The job {run_id} has no model: it is {job.status}.")
        if not job.output_model_arn:
            raise PlatformAwayError(f"Bedrock does not yet name the model of the job {run_id}.")
        return Tuned(model=await Serving(await self._aws(), self._settings).made(job.job_name, job.output_model_arn))

    async def take_down(self, run_id: str, model: str) -> bool:
        """Removes the deployment or the throughput; both may cost money until then. The tuned model itself stays.

        Throughput with a commitment cannot go before its end: PlatformRefusedError with AWS's words.
        """
        return await Serving(await self._aws(), self._settings).removed(run_id, model)

    async def metrics(self, run_id: str) -> Metrics:
        """Bedrock writes its tables once, when the job has completed."""
        job = await self._job(run_id)
        return curves_of(await (await self._bucket()).tables(job.output_data_config.s3_uri))

    async def discard(self, order: Order, files: Mapping[Side, str]) -> None:
        await (await self._bucket()).remove(order, files.values())

    async def _job(self, run_id: str) -> Job:
        aws = await self._aws()
        try:
            answer = await aws.bedrock(f"show the job {run_id}", "get_model_customization_job", jobIdentifier=run_id)
        except NotThereError:
            raise RunGoneError(f"Bedrock knows no customization job {run_id}.") from None
        return read(answer, Job)

    async def _bucket(self) -> Bucket:
        self._check()
        return Bucket(await self._aws(), self._settings)

    async def _aws(self) -> "Aws":
        return await self._aws_there.there()

    def _check(self) -> None:
        needed = {
            "TRAINER_BEDROCK_BUCKET, a bucket of S3 for training files": self._settings.bedrock_bucket,
            "TRAINER_BEDROCK_ROLE_ARN, the role with which Bedrock reads that bucket": self._settings.bedrock_role_arn,
        }
        insist_on("bedrock", needed)


def _load(settings: BedrockSettings) -> "Aws":
    from ratchet_trainer.platforms.bedrock.aws import Aws  # a second and 25 MB: only those pay who tune there

    return Aws(settings)


def job_of(order: Order, files: Mapping[Side, str], output: str, settings: BedrockSettings) -> dict[str, Any]:
    """The parameters of CreateModelCustomizationJob."""
    if order.method != "supervised":
        raise PlatformRefusedError(f"Bedrock does not tune by {order.method}: take supervised.", field="method")
    if Side.TRAIN not in files:
        raise PlatformRefusedError("A job of Bedrock's needs a training file, and none was uploaded.")
    job: dict[str, Any] = {
        "jobName": order.name,
        "customModelName": order.name,
        "clientRequestToken": order.token,
        "roleArn": settings.bedrock_role_arn,
        "baseModelIdentifier": order.base_model,
        "customizationType": "FINE_TUNING",
        "trainingDataConfig": {"s3Uri": files[Side.TRAIN]},
        "outputDataConfig": {"s3Uri": output},
        "hyperParameters": as_bedrock_says(order.base_model, order.hyperparameters),
        "jobTags": tags_of(order),
        "customModelTags": tags_of(order),
    }
    if Side.VALIDATION in files:
        job["validationDataConfig"] = {"validators": [{"s3Uri": files[Side.VALIDATION]}]}
    if settings.bedrock_kms_key:
        job["customModelKmsKeyId"] = settings.bedrock_kms_key
    return job


def tags_of(order: Order) -> list[dict[str, str]]:
    its = {"ratchet:tenant": order.tenant, "ratchet:task": order.task_type, "ratchet:job": order.token}
    return [{"key": key, "value": NO_TAG.sub("_", value)[:MOST_TAG]} for key, value in its.items()]
