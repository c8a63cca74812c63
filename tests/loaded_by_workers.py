"""Imported once, by the process that `ready_workers` come from: what scrubs, with its lists, and what fits students."""

import gc

import ratchet_student  # noqa: F401
from ratchet_common.collecting import seldom
from ratchet_trainer.collecting.preparing import prepare

seldom()
prepare([("Call Ann Miller in Berlin at +49 30 1234567.",)])
gc.freeze()  # workers shall have it in common
