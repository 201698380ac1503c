"""The whole program with the network forbidden: nothing asks for it unless the person does."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from tests.fixtures.commands import CHECKOUT, environment

# Audit events (docs.python.org/3/library/audit_events.html) see every use of a socket that Python code makes.
WHOLE_PROGRAM = """
import sys
ASKED = []
def forbid(event, args):
    if event.startswith("socket.") and event != "socket.__new__":
        if event in ("socket.connect", "socket.bind", "socket.sendto") and not isinstance(args[1], tuple):
            return  # a socket of this machine's own, such as the display's
        ASKED.append((event, args[1:]))
        raise OSError("the network is forbidden")
sys.addaudithook(forbid)

import os, time
from pathlib import Path
from desktop_app.__main__ import main
from desktop_app.compose import open_library
from desktop_app.ui.application import make_application
from desktop_app.ui.main_window import MainWindow

photos, library = sys.argv[1:]
photo = str(sorted(Path(photos).iterdir())[0])
for words in (["index", photos], ["search", "a dog"], ["tags", "add", "mine", photo], ["status"], ["skipped"],
              ["models", "list"], ["backup"], ["verify", "--hashes"], ["search", "--image", photo]):
    assert main([*words, "--library", library, "--json"]) == 0, words
assert main(["classify", photo, "--labels", "a dog,a cat"]) == 0

application = make_application(["keepsight"])
with open_library(Path(library)) as opened:
    window = MainWindow(opened.services, settings_file=Path(library, "window.ini"))
    window.show()
    window.begin_work()
    def until_calm(also=lambda: True):
        deadline, calm = time.monotonic() + 120, 0
        while time.monotonic() < deadline and calm < 30:
            application.processEvents()
            time.sleep(0.01)
            calm = 0 if window.tasks.busy or opened.services.indexing.running or not also() else calm + 1
        assert calm == 30
    until_calm(lambda: window.page.grid.photo_count() == 3)
    window.state.set_text("a cat")
    until_calm()
    window.close()
    while window.isVisible():
        application.processEvents()
print("asked for:", ASKED)
sys.stdout.flush()
os._exit(1 if ASKED else 0)
"""


def test_nothing_asks_for_the_network_by_itself(library_folder: Path, small_photos: Path, tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    for path in sorted(small_photos.iterdir())[:3]:
        shutil.copy(path, photos)
    # Whatever keeps the model hub's library quiet elsewhere must not be what keeps it quiet here.
    surroundings = {
        name: value for name, value in environment().items() if not name.startswith(("HF_", "TRANSFORMERS_"))
    }
    done = subprocess.run(
        [sys.executable, "-c", WHOLE_PROGRAM, str(photos), str(library_folder)],
        cwd=CHECKOUT,
        env=surroundings | {"QT_QPA_PLATFORM": "offscreen", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    assert done.stdout.splitlines()[-1] == "asked for: []"
