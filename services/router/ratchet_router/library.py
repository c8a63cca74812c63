"""The templates that this replica knows of: those of the files."""

from ratchet_router.shelf import Shelf


class Library:
    def __init__(self, files: Shelf) -> None:
        self._files = files

    def of(self, tenant: str) -> Shelf:  # noqa: ARG002
        """What the tenant's requests may use."""
        return self._files
