"""`python -m ratchet_feedback`"""

from ratchet_common.collecting import put_off


def run() -> None:
    put_off()
    from ratchet_common.serve import serve
    from ratchet_feedback.main import build
    from ratchet_feedback.settings import FeedbackSettings

    serve(FeedbackSettings, build)


if __name__ == "__main__":
    run()
