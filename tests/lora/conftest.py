from pathlib import Path

import pytest

from tests.lora.orders import inside


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folders of tiny models: chat, encoder, and one that is broken."""
    folder = tmp_path_factory.mktemp("models")
    inside("tiny_model.py", folder, "chat", "encoder", "broken")
    return folder
