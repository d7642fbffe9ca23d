"""What the tests of the recorder and its files share."""

import pytest
from recorder_session import Session


@pytest.fixture
def session(tmp_path):
    folder = tmp_path / "project"
    folder.mkdir()
    made = Session(folder)
    yield made
    made.close()


@pytest.fixture
def default(session):
    return session.folder / "shop/default.rec"
