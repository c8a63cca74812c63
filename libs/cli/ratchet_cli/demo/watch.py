"""What a person can see of the loop from outside: read over HTTP, as any client would."""

from dataclasses import dataclass, field
from typing import Any

from ratchet_cli.demo.users import Users

OVER = ("rejected", "rolled_back", "live")


@dataclass(frozen=True, slots=True)
class Seen:
    """One look at the loop."""

    triggered: bool = False
    reasons: tuple[str, ...] = ()
    job: str = ""  # state of the newest job
    job_reason: str = ""
    version: str = ""
    version_state: str = ""
    why: str = ""
    shares: dict[str, int] = field(default_factory=dict)
    history: tuple[dict[str, Any], ...] = ()  # of the rollout
    comparison: dict[str, Any] = field(default_factory=dict)

    @property
    def over(self) -> bool:
        return self.version_state in OVER

    def stage(self) -> str:
        if not self.triggered:
            return "users correct what is wrong; no training is due yet"
        if not self.version:
            reason = f" ({self.job_reason})" if self.job_reason else ""
            return f"a training is due: job {self.job or 'not seen yet'}{reason}"
        shares = ", ".join(f"{version} {percent} %" for version, percent in self.shares.items())
        return f"version {self.version}: {self.version_state}" + (f"; traffic: {shares}" if shares else "")


async def look(users: Users, task: str) -> Seen:
    jobs = (await users.get("/api/models/jobs", task_type=task))["items"]
    versions = [
        v for v in (await users.get("/api/models/versions", task_type=task))["items"] if v["version_id"] != "base"
    ]
    rollouts = [r for r in (await users.get("/api/models/rollouts"))["items"] if r["task_type"] == task]
    found = (await users.get("/api/models/experiments"))["items"]
    trials = [e for e in found if e["kind"] == "rollout" and e["task_type"] == task and not e["guard"]]
    job = jobs[0] if jobs else {}
    version = versions[0] if versions else {}
    rollout = rollouts[0] if rollouts else {}
    return Seen(
        triggered=bool(jobs),
        reasons=tuple(job.get("reasons", ())),
        job=job.get("state", ""),
        job_reason=job.get("reason") or "",
        version=version.get("version_id", ""),
        version_state=version.get("state", ""),
        why=version.get("reason") or "",
        shares=rollout.get("shares", {}),
        history=tuple(rollout.get("history", ())),
        comparison=trials[0] if trials else {},
    )
