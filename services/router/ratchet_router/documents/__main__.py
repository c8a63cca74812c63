"""`python -m ratchet_router.documents`"""

from functools import partial

from ratchet_common.collecting import put_off


def run() -> None:
    put_off()
    from ratchet_common.serve import serve
    from ratchet_router.documents.index import index_of
    from ratchet_router.documents.worker_main import build_worker
    from ratchet_router.settings import RouterSettings

    serve(RouterSettings, partial(build_worker, index_of=index_of))


if __name__ == "__main__":
    run()
