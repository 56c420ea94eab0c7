"""What the tests of workbooks share."""

import pytest


@pytest.fixture
def path(tmp_path):
    return tmp_path / "book"
