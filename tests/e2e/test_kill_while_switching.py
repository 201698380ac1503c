"""Kill Keepsight while it changes models: every next start goes on, and the change ends complete."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from desktop_app.compose import open_library
from desktop_app.ml.catalogue import BUILT_IN_NAME
from desktop_app.services.services import Services
from tests.fixtures.hub import tiny_folder
from tests.fixtures.libraries import SMALL_PHOTOS, Indexed

CHECKOUT = Path(__file__).resolve().parents[2]
OTHER = "other"
SECONDS = 120

# One photo a batch, and a line for each.
_SWITCH = """
import sys
from pathlib import Path
from desktop_app.services import model_switching
model_switching.BATCH_SIZE = 1
from desktop_app.compose import open_library
with open_library(Path(sys.argv[1])) as library:
    library.services.indexing.subscribe_switch(lambda now: print(now.done if now else "over", flush=True))
    print(library.services.indexing.finish_switch().result(), flush=True)
"""


def switch(library: Path, *, kill_at: str) -> list[str]:
    """Go on with the switch in a process of its own, and kill that at a line; return the lines until then."""
    lines: list[str] = []
    with subprocess.Popen(
        [sys.executable, "-c", _SWITCH, str(library)], stdout=subprocess.PIPE, text=True, cwd=CHECKOUT
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line.strip())
            if lines[-1] == kill_at:
                process.kill()
                break
    return lines


@pytest.mark.timeout(5 * SECONDS)
def test_every_start_goes_on_where_the_killed_one_was(
    copied_library: Indexed, tmp_path: Path, tiny_weights: bytes
) -> None:
    library = copied_library.library
    with open_library(library) as opened:
        opened.services.models.add(tiny_folder(tmp_path / OTHER, tiny_weights), name=OTHER)
        assert opened.services.models.use(OTHER) is False

    begun_at = [int(switch(library, kill_at=step)[0]) for step in ("2", "7", str(SMALL_PHOTOS))]
    assert begun_at[0] == 0
    assert begun_at[1] >= 2
    assert begun_at[2] >= 7
    # The last kill struck around the change itself: either it is made, or everything is ready for it.
    with open_library(library) as opened:
        services = opened.services
        assert services.models.active_name() in {BUILT_IN_NAME, OTHER}
        assert _embedded(services)[BUILT_IN_NAME] == SMALL_PHOTOS
        services.indexing.start().result(timeout=SECONDS)
        services.indexing.finish_switch().result(timeout=SECONDS)
        assert services.models.active_name() == OTHER
        assert services.models.pending_name() is None
        assert _embedded(services) == {BUILT_IN_NAME: SMALL_PHOTOS, OTHER: SMALL_PHOTOS}
    with sqlite3.connect(library / "library.db") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


def _embedded(services: Services) -> dict[str, int]:
    return {info.entry.name: info.embedded for info in services.models.catalogue() if info.embedded}
