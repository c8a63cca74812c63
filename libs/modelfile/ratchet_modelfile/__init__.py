"""A trained model as one file that runs no code when it is read."""

from ratchet_modelfile.file import MAX_HEADER, Format, must

__all__ = ["MAX_HEADER", "Format", "must"]
