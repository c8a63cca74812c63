"""`python -m ratchet_router`"""

from ratchet_common.collecting import put_off


def run() -> None:
    put_off()
    from ratchet_common.serve import serve
    from ratchet_router.main import build
    from ratchet_router.settings import RouterSettings

    serve(RouterSettings, build)


if __name__ == "__main__":
    run()
