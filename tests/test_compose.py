"""The composition root: a library opens light, closes in order, and says what is wrong with its folder."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop_app.base.errors import UserFacingError
from desktop_app.compose import Composition, open_library, start_logging
from tests.fixtures.libraries import library_folder, photos, primed_library, small_photos  # noqa: F401 - fixtures


def test_opening_and_closing_leaves_no_thread_and_loads_no_model(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    library = open_library(tmp_path / "made" / "for it")
    assert library.services.library_folder == tmp_path / "made" / "for it"
    assert library.services.browsing.status().photos == 0
    library.close()
    library.close()
    assert {thread for thread in threading.enumerate() if thread not in before and thread.is_alive()} == set()
    for ask in (library.services.browsing.status, library.services.models.active, library.services.indexing.start):
        with pytest.raises(UserFacingError):
            ask()


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UserFacingError, match="cannot be made"):
        open_library(tmp_path / "file" / "library")


def test_a_library_of_the_future_is_refused_and_nothing_stays_open(tmp_path: Path) -> None:
    import sqlite3

    with open_library(tmp_path / "library"):
        pass
    connection = sqlite3.connect(tmp_path / "library" / "library.db")
    connection.execute(
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('keepsight-library', 'm900', '2030')"
    )
    connection.commit()
    connection.close()
    with pytest.raises(UserFacingError, match="newer version"):
        open_library(tmp_path / "library")


def test_closing_while_the_model_loads_waits_for_it_and_is_clean(
    library_folder: Path,  # noqa: F811 - the fixture
    photos: Path,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from desktop_app.services import model_catalogue

    loading, go_on, real = threading.Event(), threading.Event(), model_catalogue.load_catalogue_model

    def load(*arguments, **more):
        loading.set()
        assert go_on.wait(60)
        return real(*arguments, **more)

    monkeypatch.setattr(model_catalogue, "load_catalogue_model", load)
    library = open_library(library_folder)
    root = library.services.organising.add_folder(photos)
    answer = library.services.indexing.start([root.root_id])
    assert loading.wait(60)
    closing = threading.Thread(target=library.close)
    closing.start()
    go_on.set()
    closing.join(60)
    assert not closing.is_alive()
    assert answer.done()
    with open_library(library_folder) as again:
        assert again.services.browsing.skipped() == []


@pytest.fixture
def logging_restored() -> Iterator[None]:
    """Logging as it was before the test."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    logging.captureWarnings(capture=False)
    for handler in set(root.handlers) - set(handlers):
        root.removeHandler(handler)
        handler.close()
    root.handlers[:] = handlers
    root.setLevel(level)


def test_the_log_is_in_the_library_folder_and_on_the_terminal_only_when_debugging(
    tmp_path: Path, logging_restored: None, capsys: pytest.CaptureFixture[str]
) -> None:
    import warnings

    with warnings.catch_warnings():
        start_logging(tmp_path / "library", debug=False)
        logging.getLogger("desktop_app.test").info("quietly")
        assert "quietly" in (tmp_path / "library" / "keepsight.log").read_text()
        Composition().log(tmp_path / "library", debug=True)
        logging.getLogger("desktop_app.test").debug("aloud")
        Composition().log(None, debug=False)
        logging.getLogger("desktop_app.test").warning("nowhere")
    said = capsys.readouterr().err
    assert "aloud" in said
    assert "quietly" not in said
    assert "nowhere" not in said + (tmp_path / "library" / "keepsight.log").read_text()
