"""Which requests may bring more than others: files, and what models are asked, which may carry pictures."""

from typing import Final

from ratchet_common.edge import BODY_PATIENCE_S, Upload, Uploads
from ratchet_router.settings import RouterSettings

AROUND_A_FILE: Final = 64 * 1024  # of multipart: boundaries, the other fields
FILE_PATIENCE_S: Final = 600.0
ASKING_MODELS: Final = ("/v1/chat/completions", "/v1/responses", "/v1/messages", "/v1/messages/count_tokens")


def large_bodies(settings: RouterSettings) -> Uploads:
    """A file may also take longer to come."""
    file = Upload(settings.batch_file_bytes + AROUND_A_FILE, FILE_PATIENCE_S, "ROUTER_BATCH_FILE_BYTES")
    most = max(settings.media_body_bytes, settings.body_limit_bytes)
    asked = Upload(most, BODY_PATIENCE_S, "ROUTER_MEDIA_BODY_BYTES")
    document = Upload(settings.document_bytes + AROUND_A_FILE, FILE_PATIENCE_S, "ROUTER_DOCUMENT_BYTES")
    report = Upload(max(settings.report_bytes, settings.body_limit_bytes), BODY_PATIENCE_S, "ROUTER_REPORT_BYTES")
    files = {("POST", "/v1/files"): file, ("POST", "/api/documents"): document, ("POST", "/api/reports"): report}
    return files | {("POST", path): asked for path in ASKING_MODELS}
