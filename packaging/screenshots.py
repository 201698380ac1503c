"""Make the README's screenshots: ``.venv/bin/python packaging/screenshots.py OUT [--photos FOLDER] [--search WORDS]``.

Opens the real window, without a display, over a library made for the purpose, and saves what it shows in both themes:
main-light.png, main-dark.png, search-light.png, viewer-light.png, models-light.png, empty-light.png and so on. Without ``--photos`` the photos are
cuts of those that come with scikit-image (a test dependency), which anybody may publish.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

CHECKOUT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(CHECKOUT))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from desktop_app.services.services import Services
    from desktop_app.ui.main_window import MainWindow

THEMES = ("light", "dark")
SIZE = (1280, 800)

#: Twice the pixels: README pages are read on high-density screens.
DENSITY = "2"

#: (file, folder to put it in) of scikit-image's photos in the public domain or under CC0.
BUNDLED = (
    ("astronaut.png", "People"),
    ("chelsea.png", "At home"),
    ("coffee.png", "At home"),
    ("rocket.jpg", "Cape Canaveral"),
    ("hubble_deep_field.jpg", "Sky"),
    ("moon.png", "Sky"),
    ("grass.png", "Outside"),
)

#: Left, top, right, bottom of the cuts made of each, as parts of its sides: enough photos to fill a window.
CUTS = (
    (0.0, 0.0, 1.0, 1.0),
    (0.05, 0.0, 0.75, 0.85),
    (0.2, 0.1, 0.95, 0.95),
    (0.1, 0.2, 0.9, 0.8),
)

#: What is asked for the first picture, and the photo that is selected in it if it is found: some rows, and telling tags.
SEARCH, SELECTED = "a cat OR a cup of coffee OR a rocket", "coffee-1.jpg"

PATIENCE_SECONDS = 300.0


def main() -> int:
    """Make them all."""
    parser = argparse.ArgumentParser(description="Make the README's screenshots.")
    parser.add_argument("out", type=Path, help="where to put them")
    parser.add_argument("--photos", type=Path, help="a folder of photos; default: scikit-image's")
    parser.add_argument("--search", default=SEARCH, help="what to search for (default: %(default)s)")
    arguments = parser.parse_args()
    os.environ.setdefault("QT_SCALE_FACTOR", DENSITY)
    arguments.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="keepsight-screenshots-") as scratch:
        # So that the paths in the pictures read ~/Pictures, whoever makes them.
        os.environ["HOME"] = os.environ["USERPROFILE"] = scratch
        photos = Path(shutil.copytree(arguments.photos, Path(scratch) / "Pictures") if arguments.photos else "")
        if not arguments.photos:
            photos = write_bundled(Path(scratch) / "Pictures")
        for theme in THEMES:
            shoot(Path(scratch) / "library", photos, Shots(arguments.out, theme), search=arguments.search)
            shoot_empty(Path(scratch) / f"empty-{theme}", Shots(arguments.out, theme))
    return 0


class Shots:
    """Saves widgets as NAME-THEME.png."""

    def __init__(self, folder: Path, theme: str) -> None:
        self.folder = folder
        self.theme = theme

    def save(self, widget: QWidget, name: str) -> None:
        """Save what the widget shows."""
        path = self.folder / f"{name}-{self.theme}.png"
        if not widget.grab().save(str(path)):
            raise SystemExit(f"{path} could not be written")
        print(path)

    def save_settled(self, window: MainWindow, name: str) -> None:
        """Save what the window shows once nothing moves any more."""
        wait(lambda: not window.tasks.busy)
        settle()
        self.save(window, name)


def shoot(library: Path, photos: Path, shots: Shots, *, search: str) -> None:
    """The main window with results, the viewer and the model page."""
    from desktop_app.compose import open_library

    with open_library(library) as opened:
        services = opened.services
        index(services, photos)
        services.watching.start()
        window = open_window(services, library, shots.theme)
        ask(window, search)
        found = window.page.grid.photo_ids()
        names = services.browsing.summaries(found)
        window.page.grid.select([photo for photo in found if names[photo].name == SELECTED] or found[:1])
        shots.save_settled(window, "main")
        shoot_questions(window, shots)
        ask(window, search)
        shoot_tags(window, shots)
        window.view_photo(window.page.grid.photo_ids()[0])
        wait(lambda: not window.tasks.busy)
        settle()
        shots.save(window, "viewer")
        dialog = window.dialogs.show_models()
        wait(lambda: not window.tasks.busy)
        settle()
        shots.save(dialog, "models")
        dialog.accept()
        close(window)


def shoot_questions(window: MainWindow, shots: Shots) -> None:
    """A long question with the reasons for a photo, one that is not understood, and one that nothing matches."""
    saved = window.services.saved_searches
    for name, query in (("Space and sky", "the moon OR a rocket"), ("Large photos", "width:>300")):
        saved.save(name, query)
    controls = window.page.question.controls
    controls.probabilities.setChecked(True)
    before = window.state.terms.sensitivity
    window.state.set_sensitivity(0.8)
    ask(window, 'a cat OR "Cape Canaveral" -(a cup of coffee) width:>100')
    window.page.grid.select(window.page.grid.photo_ids()[:1])
    wait(lambda: [row.count is not None for row in window.page.sidebar.saved.rows] == [True, True])
    shots.save_settled(window, "search")
    window.page.top_bar.search.setText("a cat tag:anmal")
    window.state.set_text("a cat tag:anmal")
    wait(window.page.problem.isVisible)
    shots.save_settled(window, "problem")
    window.state.set_sensitivity(0.3)
    ask(window, "blorft snizzle")
    shots.save_settled(window, "nothing")
    controls.probabilities.setChecked(False)
    window.state.set_sensitivity(before)


def shoot_tags(window: MainWindow, shots: Shots) -> None:
    """Quick-tag over a selection, a tag's page with its threshold, and a review."""
    services, work = window.services, window.tag_work
    photos = window.page.grid.photo_ids()
    services.tagging.add("Chelsea", photos[:2])
    quick = work.quick_tag(photos[:3])
    assert quick is not None
    wait(lambda: bool(quick.list.choices))
    quick.field.setText("cat")
    settle()
    shots.save(quick, "quick-tag")
    quick.reject()
    tag = services.tag_editing.definition("cat").tag
    page = work.dialogs.change(tag)
    wait(lambda: bool(page.threshold.summary.text()))
    page.threshold.by_rule.setChecked(False)
    page.threshold.slider.setValue(10)
    wait(lambda: not window.tasks.busy)
    settle()
    shots.save(page, "tag")
    page.reject()
    work.reviewing.begin(tag)
    wait(work.reviewing.page.isVisible)
    shots.save_settled(window, "review")
    work.reviewing.page.closed.emit()
    services.tag_editing.undo()


def shoot_empty(library: Path, shots: Shots) -> None:
    """The window at its very first start."""
    from desktop_app.compose import open_library

    with open_library(library) as opened:
        window = open_window(opened.services, library, shots.theme)
        settle()
        shots.save(window, "empty")
        close(window)


def open_window(services: Services, library: Path, theme: str) -> MainWindow:
    """A shown window with its first answers in."""
    from desktop_app.ui.application import make_application
    from desktop_app.ui.main_window import MainWindow

    make_application(["keepsight"])
    window = MainWindow(services, settings_file=library / "window.ini", theme=theme)
    window.resize(*SIZE)
    window.show()
    wait(lambda: window.library.roots is not None and not window.tasks.busy)
    return window


def ask(window: MainWindow, text: str) -> None:
    """Ask a question and wait for its answer."""
    window.page.top_bar.search.setText(text)
    window.state.set_text(text)
    wait(lambda: window.answers.found is not None and window.answers.found.terms == window.state.terms)
    wait(lambda: not window.tasks.busy)


def close(window: MainWindow) -> None:
    """Close the window and wait until it is gone."""
    window.close()
    wait(lambda: not window.isVisible())
    window.deleteLater()


def index(services: Services, photos: Path) -> None:
    """Put the photos into the library, unless they are there already."""
    root = services.organising.add_folder(photos)
    services.indexing.start([root.root_id]).result(PATIENCE_SECONDS)


def write_bundled(folder: Path) -> Path:
    """Cuts of scikit-image's photos, in folders as a person would keep them."""
    from PIL import Image

    package = find_spec("skimage")
    if package is None or package.origin is None:
        raise SystemExit("scikit-image is not installed: run packaging/check.py first, or give --photos FOLDER")
    for name, place in BUNDLED:
        with Image.open(Path(package.origin).parent / "data" / name) as image:
            photo = image.convert("RGB")
        (folder / place).mkdir(parents=True, exist_ok=True)
        for number, (left, top, right, bottom) in enumerate(CUTS, start=1):
            box = (left * photo.width, top * photo.height, right * photo.width, bottom * photo.height)
            photo.crop(box).save(folder / place / f"{Path(name).stem}-{number}.jpg", quality=92)
    return folder


def wait(condition: Callable[[], bool]) -> None:
    """Let the window work until something is true."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise SystemExit("the window did not get there")
        settle(0.02)


def settle(seconds: float = 0.8) -> None:
    """Let the window work for a moment, so that glides and fades have ended."""
    from PySide6.QtCore import QCoreApplication

    end = time.monotonic() + seconds
    while time.monotonic() < end:
        QCoreApplication.processEvents()
        time.sleep(0.005)


if __name__ == "__main__":
    sys.exit(main())
