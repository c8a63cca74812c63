"""`python -m ratchet_trainer`"""

from ratchet_common.collecting import put_off


def run() -> None:
    put_off()
    from ratchet_common.serve import serve
    from ratchet_trainer.main import build
    from ratchet_trainer.settings import TrainerSettings

    serve(TrainerSettings, build)


if __name__ == "__main__":
    run()
