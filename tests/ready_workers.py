"""Worker processes of the trainers that tests build: each as any, but it comes from one that has loaded already what
workers load on their first work, in six seconds of a processor. What `ratchet up` starts loads for itself.
"""

import multiprocessing

from ratchet_common.workers import Workers

_READY = multiprocessing.get_context("forkserver")


def ready_workers(processes: int) -> Workers:
    """For `ratchet_trainer.main.build`."""
    _READY.set_forkserver_preload(["tests.loaded_by_workers"])
    return Workers(processes, _READY)
