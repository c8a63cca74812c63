"""What makes a tuned model answer: a deployment that costs by the token, or throughput that costs by the hour."""

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import msgspec

from ratchet_trainer.platforms.bedrock.failing import AlreadyThereError, NotThereError, brief
from ratchet_trainer.platforms.bedrock.run import read
from ratchet_trainer.platforms.bedrock.settings import BedrockSettings
from ratchet_trainer.platforms.platform import PlatformAwayError, PlatformRefusedError

if TYPE_CHECKING:
    from ratchet_trainer.platforms.bedrock.aws import Aws

LOOK_AGAIN_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class Way:
    """The names of boto3's methods and of their members."""

    words: str
    mark: str  # in its ARNs
    look: str
    create: str
    delete: str
    identifier: str
    arn: str
    ready: frozenset[str]


ON_DEMAND: Final = Way(
    words="deployment",
    mark=":custom-model-deployment/",
    look="get_custom_model_deployment",
    create="create_custom_model_deployment",
    delete="delete_custom_model_deployment",
    identifier="customModelDeploymentIdentifier",
    arn="customModelDeploymentArn",
    ready=frozenset({"Active"}),
)
PROVISIONED: Final = Way(
    words="provisioned throughput",
    mark=":provisioned-model/",
    look="get_provisioned_model_throughput",
    create="create_provisioned_model_throughput",
    delete="delete_provisioned_model_throughput",
    identifier="provisionedModelId",
    arn="provisionedModelArn",
    ready=frozenset({"InService", "Updating"}),
)
WAYS: Final = {"on_demand": ON_DEMAND, "provisioned": PROVISIONED, "none": None}


class Served(msgspec.Struct, frozen=True, rename="camel"):
    status: str
    failure_message: str = ""
    custom_model_deployment_arn: str = ""
    provisioned_model_arn: str = ""


class Serving:
    def __init__(self, aws: "Aws", settings: BedrockSettings) -> None:
        self._aws, self._settings = aws, settings

    @property
    def _way(self) -> Way | None:
        return WAYS[self._settings.bedrock_serving]

    async def made(self, name: str, model_arn: str) -> str:
        """The ARN to call, once: what bears the name already is taken.

        Raises PlatformAwayError while AWS still makes it, which takes minutes: ask again.
        """
        way = self._way
        if way is None:
            return model_arn
        served = await self._found(way, name)
        if served is None:
            await self._create(way, name, model_arn)
            served = await self._found(way, name)
        return _callable(way, name, served)

    async def removed(self, name: str, model: str) -> bool:
        """What is gone already is no error. False: nothing of ours ever served it.

        Where no model came of the run, what was begun for it bears its name.
        """
        begun = model or (f"{self._way.mark}{name}" if self._way else "")
        way = next((way for way in (ON_DEMAND, PROVISIONED) if way.mark in begun), None)
        if way is None:
            return False
        with suppress(NotThereError):
            await self._aws.bedrock(f"remove the {way.words} {name}", way.delete, **{way.identifier: model or name})
        return True

    async def _found(self, way: Way, name: str) -> Served | None:
        try:
            answer = await self._aws.bedrock(f"show the {way.words} {name}", way.look, **{way.identifier: name})
        except NotThereError:
            return None
        return read(answer, Served)

    async def _create(self, way: Way, name: str, model_arn: str) -> None:
        wanted = self._wanted(way, name, model_arn)
        try:
            await self._aws.bedrock(f"make the {way.words} {name}", way.create, **wanted)
        except AlreadyThereError:
            return
        except PlatformRefusedError as error:
            raise PlatformRefusedError(
                f"{error.detail} The tuned model is there, as {model_arn}: with another TRAINER_BEDROCK_SERVING "
                "the job can go on, or register it by hand."
            ) from None

    def _wanted(self, way: Way, name: str, model_arn: str) -> dict[str, Any]:
        if way is ON_DEMAND:
            return {"modelDeploymentName": name, "modelArn": model_arn, "clientRequestToken": name}
        settings = self._settings
        term = {} if settings.bedrock_commitment == "none" else {"commitmentDuration": settings.bedrock_commitment}
        units = {"modelUnits": settings.bedrock_model_units}
        return {"provisionedModelName": name, "modelId": model_arn, "clientRequestToken": name} | units | term


def _callable(way: Way, name: str, served: Served | None) -> str:
    if served is not None and served.status == "Failed":
        raise PlatformRefusedError(
            f"AWS could not make the {way.words} {name}: {brief(served.failure_message)} Remove it to have another try."
        )
    if served is None or served.status not in way.ready:
        raise PlatformAwayError(f"AWS is still making the {way.words} {name}.", retry_after_s=LOOK_AGAIN_S)
    return served.custom_model_deployment_arn or served.provisioned_model_arn
