from collections.abc import Iterator
from pathlib import Path

import pytest

from saycut.store import DataFolder


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[DataFolder]:
    with DataFolder(tmp_path / "data") as opened:
        yield opened
