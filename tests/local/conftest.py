from importlib.util import find_spec
from pathlib import Path

import pytest

NEEDED = ("onnxruntime", "tokenizers", "onnx")


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a model for which revenue, sales and turnover mean the same, and so do staff and employees."""
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        pytest.skip(f"The extra `local` is not installed ({', '.join(missing)}): run make test-local.")
    from tests.local.tiny_model import tiny_model

    return tiny_model(tmp_path_factory.mktemp("tiny"))
