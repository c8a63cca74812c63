"""What is wrong with a batch, or a file for one, before anything of it is asked."""

from ratchet_common.errors import RefusedError


class InvalidBatchError(RefusedError):
    status = 400
    type = "invalid"
    title = "A field of the request is wrong"

    def __init__(self, param: str, message: str) -> None:
        super().__init__(f"{param}: {message}", errors=[{"field": param, "message": message}])
        self.param = param


class FileTooLargeError(RefusedError):
    status = 413
    type = "content-too-large"
    title = "Content Too Large"


class StreamsError(RefusedError):
    status = 400
    type = "invalid"
    title = "A field of the request is wrong"
    code = "invalid_request"
    param = "stream"

    def __init__(self) -> None:
        super().__init__(
            "A batch has no streams: leave stream out.", errors=[{"field": "stream", "message": "none here"}]
        )
