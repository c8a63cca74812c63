"""With what a job is tuned, and what that will cost, by its training file. Pure."""

from ratchet_trainer.formats.checking import Checked
from ratchet_trainer.tuning import job_steps
from ratchet_trainer.tuning.base_models import BaseModel, training_usd
from ratchet_trainer.tuning.hyperparameters import chosen, epochs_of
from ratchet_trainer.tuning.jobs import Estimate, Job


def estimated_by(train: Checked, job: Job, model: BaseModel) -> Job:
    by = chosen(model, job.recipe.method, job.task_type, train.lines, job.recipe.hyperparameters)
    tokens, epochs = train.estimated_tokens, epochs_of(model, by)
    usd = training_usd(model, tokens, epochs)
    cost = None if usd is None else float(usd)
    estimate = Estimate(
        examples=train.lines,
        tokens=tokens,
        epochs=epochs,
        cost_usd=cost,
        left_out=train.left_out,
        left_out_because=tuple(train.left_out_because),
    )
    return job_steps.estimated(job, model.name, estimate, by)
