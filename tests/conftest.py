"""What every test shares: a calm environment, real photos, and checks that no thread or open file outlives its test."""

from __future__ import annotations

import gc
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest
from hypothesis import HealthCheck, settings

from tests.side_by_side import is_one_of_several, turn_of

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

# Set before anything imports Qt or a hub client: no window on the developer's desktop, no download behind a test's back.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["HF_HUB_OFFLINE"] = "1"

# How long an example takes says how busy the machine is, and nothing of the program.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

CHECKOUT = Path(__file__).resolve().parent.parent
SHARED = CHECKOUT.parent / "shared"

#: Cheap layers first: a mistake in a rule is reported before the first window opens.
TEST_ORDER = (
    "base",
    "domain",
    "packaging",
    "imaging",
    "store",
    "ml",
    "services",
    "cli",
    "ui",
    "e2e",
    "faults",
    "benchmarks",
)

#: Threads that belong to the process, by the start of their name: pytest-timeout's timer, and the one monitor that tqdm
#: starts with its first bar.
PROCESS_THREADS = ("pytest_timeout", "tqdm_monitor")

#: How long a thread that is on its way out may take: a join without it would make a busy machine fail.
THREAD_GRACE_SECONDS = 3.0

#: Real photographs inside scikit-image's wheel (others of its data are downloaded on demand, which tests may not do).
SAMPLE_PHOTOS = ("astronaut.png", "chelsea.png", "coffee.png", "rocket.jpg", "motorcycle_left.png", "retina.jpg")


def pytest_configure(config: pytest.Config) -> None:
    """Keep the developer's own library, settings and caches out of reach."""
    if is_one_of_several(config):
        # A core for each: threads that wait for one another while a neighbour has the cores burn most of both.
        os.environ["OMP_NUM_THREADS"] = "1"
    home = tempfile.mkdtemp(prefix="keepsight-tests-")
    config.add_cleanup(lambda: shutil.rmtree(home, ignore_errors=True))
    for variable in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"):
        folder = Path(home) / variable.lower()
        folder.mkdir(mode=0o700)
        os.environ[variable] = str(folder)


def pytest_report_header() -> list[str]:
    """Say what this machine lets the tests do, so that a skipped part is no surprise."""
    display = "Xvfb" if shutil.which("Xvfb") else "Xvfb is not installed: real-window tests run offscreen"
    photos = "../shared" if SHARED.is_dir() else "no ../shared: scikit-image's bundled photos serve"
    return [f"display: {display}", f"photos: {photos}"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the tests layer by layer, see TEST_ORDER, and last those that run alone; within a layer the order stays."""
    items.sort(key=_rank)


def _rank(item: pytest.Item) -> tuple[bool, int]:
    tests = CHECKOUT / "tests"
    layer = item.path.relative_to(tests).parts[0] if item.path.is_relative_to(tests) else ""
    return _runs_alone(item), TEST_ORDER.index(layer) if layer in TEST_ORDER else len(TEST_ORDER)


def _runs_alone(item: pytest.Item) -> bool:
    return item.get_closest_marker("alone") is not None


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Beside other processes of this run, wait for the turn. Outside of everything else: the wait counts for no timeout."""
    with turn_of(item.config, alone=_runs_alone(item)):
        return (yield)


@pytest.fixture(scope="session")
def shared_photos() -> Path:
    """The folder of real photos with labels beside the checkout; the test is skipped where there is none."""
    return _shared("photos")


@pytest.fixture(scope="session")
def shared_nasty() -> Path:
    """The folder of broken, odd and hostile files beside the checkout; the test is skipped where there is none."""
    return _shared("nasty")


def _shared(name: str) -> Path:
    folder = SHARED / name
    if not folder.is_dir():
        pytest.skip(f"needs ../shared/{name}")
    return folder


@pytest.fixture
def sample_photos(tmp_path: Path) -> Path:
    """A fresh folder with a handful of real photos (an astronaut, a cat, a cup of coffee, a rocket, a motorcycle, an eye)."""
    spec = importlib.util.find_spec("skimage")
    assert spec is not None
    assert spec.origin is not None
    source = Path(spec.origin).parent / "data"
    folder = tmp_path / "sample_photos"
    folder.mkdir()
    for name in SAMPLE_PHOTOS:
        shutil.copyfile(source / name, folder / name)
    return folder


@pytest.fixture(autouse=True)
def no_thread_outlives_its_test(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that leaves a thread behind. It is set up before the test's own fixtures, so it looks after they closed."""
    before = set(threading.enumerate())
    yield
    marker = request.node.get_closest_marker("keeps_threads")
    allowed = PROCESS_THREADS + (tuple(marker.args) if marker else ())
    deadline = time.monotonic() + THREAD_GRACE_SECONDS
    while (leaked := _new_threads(before, allowed)) and time.monotonic() < deadline:
        time.sleep(0.01)
    if leaked:
        pytest.fail("left running: " + ", ".join(sorted(thread.name for thread in leaked)), pytrace=False)


def _new_threads(before: set[threading.Thread], allowed: tuple[str, ...]) -> list[threading.Thread]:
    return [
        thread
        for thread in threading.enumerate()
        if thread not in before
        and not thread.name.startswith(allowed)
        # Python's stand-in for a thread that C++ started: the pools of Qt and torch keep theirs for reuse.
        and not isinstance(thread, threading._DummyThread)
    ]


@pytest.fixture(autouse=True)
def no_file_stays_open(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that leaves a file of its ``tmp_path`` open: on Windows that file could not be deleted or moved."""
    if "tmp_path" not in request.fixturenames:
        yield
        return
    folder = str(request.getfixturevalue("tmp_path"))
    yield
    if not _open_files(folder):
        return
    gc.collect()  # a failed assertion's traceback keeps its frames, and their files, until they are collected
    if still_open := _open_files(folder):
        pytest.fail("left open: " + ", ".join(still_open), pytrace=False)


def _open_files(folder: str) -> list[str]:
    """Paths under ``folder`` that this process has open. Linux: one look at /proc, tens of times cheaper than psutil's."""
    prefix = folder + os.sep
    if sys.platform != "linux":
        return sorted({file.path for file in psutil.Process().open_files() if file.path.startswith(prefix)})
    found = set()
    for descriptor in os.listdir("/proc/self/fd"):  # noqa: PTH208 - names only, in a hot place
        try:
            target = os.readlink(f"/proc/self/fd/{descriptor}")  # noqa: PTH115 - the same
        except OSError:
            continue  # listdir's own descriptor, or one that another thread has just closed
        if target.startswith(prefix):
            found.add(target)
    return sorted(found)


@pytest.fixture(scope="session")
def real_display(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Environment variables that give a subprocess a real window: an Xvfb of our own on a free display.

    Where Xvfb is not installed they choose Qt's offscreen platform, and pytest's header says so.
    """
    if shutil.which("Xvfb") is None:
        yield {"QT_QPA_PLATFORM": "offscreen"}
        return
    log = tmp_path_factory.mktemp("xvfb") / "xvfb.log"
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1600x1000x24", "-nolisten", "tcp"]
    with log.open("wb") as output, os.fdopen(reading) as answers:
        server = subprocess.Popen(command, pass_fds=[writing], stdout=output, stderr=output)
        os.close(writing)
        try:
            display = answers.readline().strip()  # written once the server takes connections; empty if it died
            assert display, f"Xvfb did not start: {log.read_text(errors='replace')}"
            yield {"DISPLAY": f":{display}", "QT_QPA_PLATFORM": "xcb"}
        finally:
            _stop(server)


def _stop(process: subprocess.Popen[bytes], grace_seconds: float = 5.0) -> None:
    process.terminate()
    try:
        process.wait(grace_seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
