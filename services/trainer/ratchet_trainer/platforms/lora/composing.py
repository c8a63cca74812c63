"""The platform as the settings have it. What is missing is said when a job asks for it: most never do."""

from datetime import timedelta
from pathlib import Path

from ratchet_trainer.artifacts import FileArtifacts
from ratchet_trainer.platforms.lora.here import SubprocessRunner
from ratchet_trainer.platforms.lora.judging import Rules
from ratchet_trainer.platforms.lora.manifest import Pod
from ratchet_trainer.platforms.lora.ordering import Habits
from ratchet_trainer.platforms.lora.platform import LoraPlatform, Means
from ratchet_trainer.platforms.lora.runner import Runner
from ratchet_trainer.platforms.lora.settings import LoraSettings
from ratchet_trainer.platforms.platform import PlatformRefusedError

TRAINERS_TURN = timedelta(hours=1)  # a run that takes too long is the trainer's to end: it says why


def lora_platform(settings: LoraSettings, artifacts: FileArtifacts, limit: timedelta) -> LoraPlatform:
    """`limit`: what runs longer is ended by the trainer, or, should none be there, by the cluster a while later."""
    return LoraPlatform(lambda: means_of(settings, limit), artifacts)


def means_of(settings: LoraSettings, limit: timedelta) -> Means:
    """Raises PlatformRefusedError, which names the setting."""
    if settings.lora_runner == "off":
        raise _missing("TRAINER_LORA_RUNNER", "subprocess or kubernetes")
    if settings.lora_work_dir is None:
        raise _missing("TRAINER_LORA_WORK_DIR", "a folder for its runs")
    work_dir = settings.lora_work_dir.resolve()
    runner = _here(settings) if settings.lora_runner == "subprocess" else _in_cluster(settings, work_dir, limit)
    return Means(runner, work_dir, habits_of(settings), rules_of(settings))


def habits_of(settings: LoraSettings) -> Habits:
    return Habits(
        models=settings.lora_models_dir,
        hub=settings.lora_hub,
        device=settings.lora_device,
        four_bit=settings.lora_four_bit,
        examples_at_once=settings.lora_examples_at_once,
        max_tokens=settings.lora_max_tokens,
    )


def rules_of(settings: LoraSettings) -> Rules:
    return Rules(
        at_once=settings.lora_at_once,
        restarts=settings.lora_restarts,
        silent=timedelta(seconds=settings.lora_silent_s),
        kill_after=timedelta(seconds=settings.lora_kill_after_s),
    )


def _here(settings: LoraSettings) -> Runner:
    if settings.lora_python is None:
        raise _missing("TRAINER_LORA_PYTHON", "a Python where ratchet-tuner[gpu] is installed")
    # Not resolved: the Python of an environment is a link, and by its own name it finds what is installed there.
    return SubprocessRunner([str(settings.lora_python.absolute()), "-m", "ratchet_tuner"])


def _in_cluster(settings: LoraSettings, work_dir: Path, limit: timedelta) -> Runner:
    from ratchet_trainer.platforms.lora.cluster import KubernetesRunner, access_in_cluster  # its HTTP client takes .3 s

    if not settings.lora_image:
        raise _missing("TRAINER_LORA_IMAGE", "the tuner's image")
    folders = {"TRAINER_LORA_WORK_DIR": work_dir, "TRAINER_LORA_MODELS_DIR": settings.lora_models_dir}
    outside = [name for name, its in folders.items() if its and not its.is_relative_to(settings.lora_claim_path)]
    if outside:
        raise _missing(outside[0], f"a folder in {settings.lora_claim_path}, where the tuners see it too")
    pod = Pod(
        image=settings.lora_image,
        claim=settings.lora_claim,
        claim_path=settings.lora_claim_path,
        gpus=settings.lora_gpus,
        gpu_resource=settings.lora_gpu_resource,
        cpu=settings.lora_cpu,
        memory=settings.lora_memory,
        node_selector=settings.lora_node_selector,
        grace_s=round(settings.lora_kill_after_s),
        secret=settings.lora_secret,
        limit_s=round((limit + TRAINERS_TURN).total_seconds()),
    )
    return KubernetesRunner(access_in_cluster(), pod)


def _missing(setting: str, wanted: str) -> PlatformRefusedError:
    return PlatformRefusedError(f"The platform lora is not set up: set {setting} to {wanted}.")
