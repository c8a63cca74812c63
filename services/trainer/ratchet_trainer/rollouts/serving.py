"""Could anybody answer for a version? Before a person gives it traffic, or has it answer in the shadow. Pure."""

from collections.abc import Collection

from ratchet_common.errors import RefusedError
from ratchet_trainer.rollouts.versions import Version


class NotServedError(RefusedError):
    status = 409
    type = "not-served"
    title = "Nobody would answer for that version"


def insist_on_platform(version: Version, platforms: Collection[str]) -> None:
    """`platforms`: of the trainer's catalogue, which is the router's too. Raises NotServedError."""
    if version.taken_down_at:
        raise NotServedError(
            f"What served {version.version_id} at {version.platform} was removed on {version.taken_down_at:%Y-%m-%d}: "
            "have the model served again, and register that as a version."
        )
    if not version.here and version.platform not in platforms:
        missing = f"The catalogue has no [platforms.{version.platform}] to ask {version.version_id} at"
        raise NotServedError(
            f"{missing}, so that its models would answer instead. Add it to the catalogue of the router and of the "
            "trainer (TRAINER_CATALOGUE), and start the trainer anew."
        )
