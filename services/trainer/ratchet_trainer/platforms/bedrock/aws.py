"""Bedrock and S3 as boto3 speaks to them: every call in a thread, with an end, and its failures in our words."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, TypeVar

import boto3
import botocore.session
from botocore import exceptions as aws
from botocore.config import Config
from botocore.parsers import ResponseParserError

from ratchet_trainer.platforms.bedrock.failing import CREDENTIALS, Failure, UnknownCallerError, brief, failure
from ratchet_trainer.platforms.bedrock.settings import BedrockSettings
from ratchet_trainer.platforms.platform import PlatformAwayError, PlatformRefusedError

T = TypeVar("T")
CONNECT_S: Final = 10.0
NO_CREDENTIALS: Final = (
    aws.NoCredentialsError,
    aws.PartialCredentialsError,
    aws.ProfileNotFound,
    aws.ConfigParseError,
    aws.SSOError,
    aws.TokenRetrievalError,
)
NO_ANSWER: Final = (aws.ConnectionError, aws.HTTPClientError, aws.CredentialRetrievalError, aws.MetadataRetrievalError)
GARBAGE: Final = (ResponseParserError, AttributeError, KeyError, TypeError, ValueError)  # how botocore trips over it


@dataclass(frozen=True, slots=True)
class Clients:
    """boto3's, which ship no types. Threads may share them."""

    bedrock: Any
    s3: Any


class Aws:
    """Made at the first call, and made anew after AWS did not accept the credentials: new ones are heard of."""

    def __init__(self, settings: BedrockSettings) -> None:
        self._settings = settings
        self._clients: Clients | None = None
        self._making = asyncio.Lock()

    async def close(self) -> None:
        if self._clients is not None:
            self._clients.bedrock.close()
            self._clients.s3.close()

    async def run(self, doing: str, work: Callable[[Clients], T]) -> T:
        """`doing`: for the sentence of a failure, as in "AWS did not <create the job a>".

        Raises PlatformAwayError, or PlatformRefusedError with its kinds of `failing`.
        """
        clients = await self._made()
        try:
            return await asyncio.to_thread(work, clients)
        except aws.ClientError as error:
            raise self._heard(_of_answer(doing, error)) from None
        except aws.BotoCoreError as error:
            raise self._heard(_of_library(doing, error)) from None
        except GARBAGE as error:
            raise PlatformAwayError(
                f"AWS did not {doing}: its answer cannot be read ({type(error).__name__})."
            ) from error

    async def bedrock(self, doing: str, operation: str, **parameters: Any) -> dict[str, Any]:
        """`operation`: boto3's name of it. Returns and raises as `run`."""
        return await self.run(doing, lambda clients: getattr(clients.bedrock, operation)(**parameters))

    async def _made(self) -> Clients:
        async with self._making:  # a session of boto3's is one thread's
            if self._clients is None:
                self._clients = await asyncio.to_thread(connect, self._settings)
            return self._clients

    def _heard(self, failed: Failure) -> Failure:
        if isinstance(failed, UnknownCallerError):
            self._clients = None
        return failed


def connect(settings: BedrockSettings) -> Clients:
    """Asks nobody yet. Calls are tried once: who runs the job has the patience, and looks before it sends again."""
    its = Config(
        connect_timeout=CONNECT_S,
        read_timeout=settings.bedrock_timeout_s,
        retries={"mode": "standard", "total_max_attempts": 1},
    )
    try:
        knowing = botocore.session.get_session()
        knowing.register_component("data_loader", _descriptions())
        session = boto3.session.Session(region_name=settings.bedrock_region or None, botocore_session=knowing)
        return Clients(
            bedrock=session.client("bedrock", endpoint_url=settings.bedrock_endpoint_url or None, config=its),
            s3=session.client("s3", endpoint_url=settings.bedrock_s3_endpoint_url or None, config=its),
        )
    except aws.BotoCoreError as error:
        raise _of_library("let anybody in", error) from None
    except ValueError:  # botocore's word for a host that is none
        raise PlatformRefusedError(
            "There is no AWS at TRAINER_BEDROCK_ENDPOINT_URL or TRAINER_BEDROCK_S3_ENDPOINT_URL: these are no URLs."
        ) from None


@cache
def _descriptions() -> Any:
    """What botocore knows of AWS's services: a third of a second to read, and read once, whoever is let in anew."""
    return botocore.session.get_session().get_component("data_loader")


def _of_answer(doing: str, error: aws.ClientError) -> Failure:
    told, http = error.response.get("Error", {}), error.response.get("ResponseMetadata", {})
    return failure(
        doing,
        str(told.get("Code", "")),
        str(told.get("Message", "")),
        status=int(http.get("HTTPStatusCode", 400)),
        retry_after=str(http.get("HTTPHeaders", {}).get("retry-after", "")),
    )


def _of_library(doing: str, error: aws.BotoCoreError) -> Failure:
    kind = type(error).__name__
    if isinstance(error, NO_CREDENTIALS):
        return UnknownCallerError(f"boto3 finds no credentials for AWS ({kind}). {CREDENTIALS}")
    if isinstance(error, (aws.NoRegionError, aws.InvalidRegionError)):
        return PlatformRefusedError("Nobody says in which region Bedrock shall tune: set TRAINER_BEDROCK_REGION.")
    if isinstance(error, NO_ANSWER):
        return PlatformAwayError(f"AWS did not {doing}: it did not answer ({kind}).")
    return PlatformRefusedError(f"AWS's library does not {doing} ({kind}): {brief(str(error))}")
