from ratchet_common.serve import serve
from ratchet_feedback.main import build
from ratchet_feedback.settings import FeedbackSettings

if __name__ == "__main__":
    serve(FeedbackSettings, build)
