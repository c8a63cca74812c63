"""What makes a tuned model answer is made once, taken where it is, and can be removed."""

from pathlib import Path

import pytest

from ratchet_trainer.platforms.bedrock.platform import BedrockPlatform
from ratchet_trainer.platforms.bedrock.settings import BedrockSettings
from ratchet_trainer.platforms.platform import PlatformAwayError, PlatformRefusedError
from tests.unit.trainer.platforms.bedrock.imitation import ImitatedAws
from tests.unit.trainer.platforms.bedrock.orders import created, order_of

DEPLOY, PROVISION = "CreateCustomModelDeployment", "CreateProvisionedModelThroughput"


async def completed(bedrock: BedrockPlatform, aws: ImitatedAws, folder: Path) -> str:
    run_id = await created(bedrock, order_of(), folder)
    aws.completes(run_id)
    return run_id


def served_by(settings: BedrockSettings, way: str, **more: object) -> BedrockPlatform:
    return BedrockPlatform(settings.model_copy(update={"bedrock_serving": way} | more))


async def test_a_model_gets_one_deployment(bedrock: BedrockPlatform, aws: ImitatedAws, tmp_path: Path) -> None:
    run_id = await completed(bedrock, aws, tmp_path)
    first, second = await bedrock.result(run_id), await bedrock.result(run_id)
    assert first == second
    assert first.model == aws.made[run_id].arn
    assert aws.made[run_id].of == aws.job(run_id).output_model_arn
    assert aws.asked(DEPLOY) == 1


async def test_a_deployment_whose_answer_was_lost_is_found(
    bedrock: BedrockPlatform, aws: ImitatedAws, tmp_path: Path
) -> None:
    run_id = await completed(bedrock, aws, tmp_path)
    aws.loses_answer(DEPLOY)
    with pytest.raises(PlatformAwayError):
        await bedrock.result(run_id)
    assert (await bedrock.result(run_id)).model == aws.made[run_id].arn
    assert aws.asked(DEPLOY) == 1


async def test_of_two_workers_who_deploy_at_once_both_have_the_one(
    bedrock: BedrockPlatform, aws: ImitatedAws, tmp_path: Path
) -> None:
    run_id = await completed(bedrock, aws, tmp_path)
    first = await bedrock.result(run_id)
    aws.trouble("GetCustomModelDeployment", 404, "ResourceNotFoundException")  # as it was a moment ago
    assert await bedrock.result(run_id) == first
    assert len(aws.made) == 2  # one, by its name and its ARN


async def test_what_is_being_made_is_waited_for(bedrock: BedrockPlatform, aws: ImitatedAws, tmp_path: Path) -> None:
    aws.serves_at_once = False
    run_id = await completed(bedrock, aws, tmp_path)
    for _ in range(2):
        with pytest.raises(PlatformAwayError, match="is still making the deployment") as away:
            await bedrock.result(run_id)
        assert away.value.retry_after_s > 0
    aws.made[run_id].status = "Active"
    assert (await bedrock.result(run_id)).model == aws.made[run_id].arn
    assert aws.asked(DEPLOY) == 1


async def test_a_deployment_that_failed_says_why(bedrock: BedrockPlatform, aws: ImitatedAws, tmp_path: Path) -> None:
    aws.serves_at_once = False
    run_id = await completed(bedrock, aws, tmp_path)
    with pytest.raises(PlatformAwayError):
        await bedrock.result(run_id)
    aws.made[run_id].status, aws.made[run_id].failure_message = "Failed", "No room."
    with pytest.raises(PlatformRefusedError, match=r"could not make the deployment ratchet-\w+: No room\."):
        await bedrock.result(run_id)


async def test_a_refused_deployment_says_that_the_model_is_there(
    bedrock: BedrockPlatform, aws: ImitatedAws, tmp_path: Path
) -> None:
    run_id = await completed(bedrock, aws, tmp_path)
    aws.trouble(DEPLOY, 400, "ValidationException", message="Not for this base model.")
    with pytest.raises(PlatformRefusedError, match=r"Not for this base model.*TRAINER_BEDROCK_SERVING") as refused:
        await bedrock.result(run_id)
    assert aws.job(run_id).output_model_arn in refused.value.detail


async def test_throughput_is_bought_as_the_settings_say(
    settings: BedrockSettings, aws: ImitatedAws, tmp_path: Path
) -> None:
    bedrock = served_by(settings, "provisioned", bedrock_model_units=2, bedrock_commitment="OneMonth")
    run_id = await completed(bedrock, aws, tmp_path)
    first, second = await bedrock.result(run_id), await bedrock.result(run_id)
    assert first.model == second.model == aws.made[run_id].arn
    asked = aws.made[run_id].asked
    assert (asked["modelUnits"], asked["commitmentDuration"]) == (2, "OneMonth")
    assert aws.asked(PROVISION) == 1


async def test_throughput_without_a_term_is_bought_by_the_hour(
    settings: BedrockSettings, aws: ImitatedAws, tmp_path: Path
) -> None:
    bedrock = served_by(settings, "provisioned")
    run_id = await completed(bedrock, aws, tmp_path)
    await bedrock.result(run_id)
    assert "commitmentDuration" not in aws.made[run_id].asked


async def test_with_no_serving_the_model_itself_is_the_result(
    settings: BedrockSettings, aws: ImitatedAws, tmp_path: Path
) -> None:
    bedrock = served_by(settings, "none")
    run_id = await completed(bedrock, aws, tmp_path)
    assert (await bedrock.result(run_id)).model == aws.job(run_id).output_model_arn
    assert not aws.made


@pytest.mark.parametrize("way", ["on_demand", "provisioned", "none"])
async def test_what_serves_it_can_be_removed_twice(
    settings: BedrockSettings, aws: ImitatedAws, tmp_path: Path, way: str
) -> None:
    bedrock = served_by(settings, way)
    model = (await bedrock.result(await completed(bedrock, aws, tmp_path))).model
    run_id = next(iter(aws.made), "ratchet-x")
    served = [await bedrock.take_down(run_id, model) for _ in range(2)]
    assert served == [way != "none"] * 2
    assert not aws.made


@pytest.mark.parametrize("way", ["on_demand", "provisioned", "none"])
async def test_what_was_begun_for_a_model_that_nobody_has_heard_of_is_removed_by_its_name(
    settings: BedrockSettings, aws: ImitatedAws, tmp_path: Path, way: str
) -> None:
    bedrock = served_by(settings, way)
    run_id = await completed(bedrock, aws, tmp_path)
    await bedrock.result(run_id)
    assert await bedrock.take_down(run_id, "") is (way != "none")
    assert not aws.made


async def test_a_term_that_was_bought_is_not_ended_early(
    settings: BedrockSettings, aws: ImitatedAws, tmp_path: Path
) -> None:
    bedrock = served_by(settings, "provisioned")
    model = (await bedrock.result(await completed(bedrock, aws, tmp_path))).model
    aws.trouble("DeleteProvisioned", 400, "ConflictException", message="Its commitment has not ended.")
    with pytest.raises(PlatformRefusedError, match="commitment has not ended"):
        await bedrock.take_down("ratchet-x", model)
