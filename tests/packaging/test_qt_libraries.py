"""Which system libraries a window needs, and what a person is told when one is missing."""

from __future__ import annotations

import shutil
import sys

import pytest

import bootstrap
import qt_libraries

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux splits them off")

ABSENT = {"libkeepsight-has-no-such.so.7": "libnosuch7"}


def test_loadable_library_is_told_from_a_missing_one() -> None:
    assert qt_libraries._missing({"libc.so.6": "libc6", **ABSENT}) == list(ABSENT)


def test_no_display_is_said_before_qt_aborts() -> None:
    assert qt_libraries.what_stops_a_window({}).startswith("There is no display here")


def test_missing_library_is_named_with_its_debian_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(qt_libraries, "XCB", ABSENT)
    monkeypatch.setattr(shutil, "which", lambda command: f"/usr/bin/{command}")

    message = qt_libraries.what_stops_a_window({"DISPLAY": ":0"})

    assert message == (
        "Qt needs system libraries that are missing (libkeepsight-has-no-such.so.7): sudo apt install libnosuch7"
    )


def test_elsewhere_than_on_debian_the_library_itself_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(qt_libraries, "XCB", ABSENT)
    monkeypatch.setattr(shutil, "which", lambda command: None)

    message = qt_libraries.what_stops_a_window({"DISPLAY": ":0"})

    assert "missing: libkeepsight-has-no-such.so.7. Install" in message


@pytest.mark.parametrize("settings", [{"QT_QPA_PLATFORM": "offscreen"}, {"WAYLAND_DISPLAY": "wayland-0"}])
def test_x11s_libraries_are_asked_for_only_where_x11_is_used(
    settings: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(qt_libraries, "GUI", {})
    monkeypatch.setattr(qt_libraries, "WAYLAND", {})
    monkeypatch.setattr(qt_libraries, "XCB", ABSENT)

    assert qt_libraries.what_stops_a_window(settings) == ""


def test_wayland_without_its_libraries_falls_back_to_x11(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(qt_libraries, "WAYLAND", ABSENT)
    monkeypatch.setattr(qt_libraries, "GUI", {})
    monkeypatch.setattr(qt_libraries, "XCB", {})

    assert qt_libraries.what_stops_a_window({"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0"}) == ""


def test_ci_installs_every_package_that_a_window_needs() -> None:
    script = (bootstrap.CHECKOUT / ".ci" / "run").read_text(encoding="utf-8")
    needed = {*qt_libraries.GUI.values(), *qt_libraries.XCB.values(), "xvfb"}

    assert needed <= set(script.split())
    assert script.rstrip().endswith("exec python3 packaging/check.py")


def test_long_list_names_a_few_libraries_and_all_packages() -> None:
    message = qt_libraries.missing_message(list(qt_libraries.XCB))

    assert f"and {len(qt_libraries.XCB) - 3} more" in message
    assert all(package in message for package in qt_libraries.XCB.values())
