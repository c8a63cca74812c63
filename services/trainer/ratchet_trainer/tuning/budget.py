"""What training may cost. Pure."""

from dataclasses import dataclass

from ratchet_common.plurals import plural
from ratchet_trainer.tuning.jobs import Estimate


@dataclass(frozen=True, slots=True)
class Budget:
    """In USD; None: no limit. `month_usd`: of all jobs of a tenant in a calendar month (UTC)."""

    job_usd: float | None = None
    month_usd: float | None = None


def refusal(estimate: Estimate, asked: float | None, budget: Budget, spent_usd: float) -> str | None:
    """Why it may not begin, in a sentence. `asked`: what the person who wanted it would spend."""
    cost = estimate.cost_usd
    if cost is None:
        if asked is None:
            return None
        return (
            f"It may cost {asked:g} USD, and what it would cost is not known: give its base model a price "
            "(usd_per_million_tokens in the file that TRAINER_BASE_MODELS names), or leave the limit out."
        )
    of = f"about {cost:,.2f} USD ({estimate.tokens:,} tokens, {estimate.epochs:g} {plural(estimate.epochs, 'epoch')})"
    if asked is not None and cost > asked:
        return f"It would cost {of}, and may cost {asked:,.2f} USD."
    if budget.job_usd is not None and cost > budget.job_usd:
        return f"It would cost {of}, and a job may cost {budget.job_usd:,.2f} USD (TRAINER_JOB_MAX_USD)."
    if budget.month_usd is not None and spent_usd + cost > budget.month_usd:
        return (
            f"It would cost {of}. This month's jobs have taken {spent_usd:,.2f} USD of the "
            f"{budget.month_usd:,.2f} that they may take (TRAINER_MONTH_MAX_USD)."
        )
    return None
