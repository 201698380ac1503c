"""The first start, the second, and those after something went wrong: the real scripts, venv and pip on a tiny package."""

from __future__ import annotations

import ast
import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

import bootstrap
import python_version
from desktop_app.cli.parser import command_names
from environment import Environment

if TYPE_CHECKING:
    from pathlib import Path

    from tests.packaging.conftest import MiniatureCheckout

needs_posix = pytest.mark.skipif(os.name == "nt", reason="POSIX signals and file layout")

#: What Debian's python3 is like before python3-venv is installed.
WITHOUT_ENSUREPIP = """\
import importlib.util
find_spec = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: None if name == "ensurepip" else find_spec(name, *rest)
"""


def test_first_start_installs_and_runs_and_keeps_stdout_for_the_program(checkout: MiniatureCheckout) -> None:
    run = checkout.start("search", "two dogs", "--json")

    assert run.returncode == 0, run.stderr
    assert run.stdout == f"1.0 ['search', 'two dogs', '--json'] {checkout.folder}\n"
    assert [line.split()[0] for line in run.stderr.splitlines()] == ["Making", "Installing", "unpacking", "Set-up"]


def test_python_without_ensurepip_lends_its_own_pip(checkout: MiniatureCheckout, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(WITHOUT_ENSUREPIP, encoding="utf-8")

    run = checkout.start("search", PYTHONPATH=str(tmp_path))

    assert run.stdout.startswith("1.0 "), run.stderr
    assert (checkout.site_packages / "pip").is_dir()


def test_second_start_runs_no_pip(ready_checkout: MiniatureCheckout) -> None:
    log = ready_checkout.venv / "setup.log"
    log.unlink()

    run = ready_checkout.start("search", PIP_FIND_LINKS="/nowhere")

    assert run.returncode == 0
    assert run.stderr == ""
    assert not log.exists()


def test_second_start_imports_nothing_heavy(ready_checkout: MiniatureCheckout) -> None:
    imports = subprocess.run(
        [sys.executable, "-X", "importtime", *ready_checkout.command("search")[1:]],
        env=ready_checkout.environment(),
        capture_output=True,
        encoding="utf-8",
        check=True,
    ).stderr

    imported = {line.rpartition("|")[2].strip() for line in imports.splitlines()}
    assert "bootstrap" in imported
    assert imported.isdisjoint({"subprocess", "venv", "ensurepip", "pip", "ctypes", "argparse", "logging", "csv"})


def test_program_gets_its_exit_code_through(ready_checkout: MiniatureCheckout) -> None:
    assert ready_checkout.start("search", EXIT_CODE="7").returncode == 7


def test_program_runs_in_the_persons_folder_but_imports_nothing_from_it(
    ready_checkout: MiniatureCheckout, tmp_path: Path
) -> None:
    (tmp_path / "tiny.py").write_text("VERSION = 'somebody else’s'", encoding="utf-8")

    run = ready_checkout.start("index", ".", folder=tmp_path)

    assert run.stdout == f"1.0 ['index', '.'] {tmp_path}\n"


def test_set_up_with_the_test_tools_serves_the_program_too(ready_checkout: MiniatureCheckout) -> None:
    tools = ready_checkout.lock.with_name("tests.txt")
    tools.write_text("", encoding="utf-8")
    environment = Environment(ready_checkout.folder)

    environment.forget()
    environment.remember([ready_checkout.lock, tools])

    assert environment.has([ready_checkout.lock])
    tools.write_text("# a new tool", encoding="utf-8")
    assert environment.has([ready_checkout.lock])
    assert not environment.has([ready_checkout.lock, tools])


def test_changed_lock_is_installed(ready_checkout: MiniatureCheckout) -> None:
    ready_checkout.pin("2.0")

    run = ready_checkout.start("search")

    assert run.stdout.startswith("2.0 ")
    assert "Installing" in run.stderr
    assert "Making" not in run.stderr


def test_package_that_was_being_installed_at_a_kill_is_installed_again(ready_checkout: MiniatureCheckout) -> None:
    interrupt(ready_checkout)
    (ready_checkout.site_packages / "tiny-1.0.dist-info" / "RECORD").unlink()
    (ready_checkout.site_packages / "tiny.py").write_text("VERSI", encoding="utf-8")
    (ready_checkout.site_packages / "~iny").mkdir()

    run = ready_checkout.start("search")

    assert run.stdout.startswith("1.0 "), run.stderr
    assert "Mending what an interrupted set-up left: tiny-1.0" in run.stderr
    assert not (ready_checkout.site_packages / "~iny").exists()


def test_package_with_a_file_cut_short_is_installed_again(ready_checkout: MiniatureCheckout) -> None:
    interrupt(ready_checkout)
    (ready_checkout.site_packages / "tiny.py").write_text("", encoding="utf-8")

    run = ready_checkout.start("search")

    assert run.stdout.startswith("1.0 "), run.stderr


@needs_posix
def test_environment_whose_python_went_away_is_made_anew(ready_checkout: MiniatureCheckout) -> None:
    python = ready_checkout.venv / "bin" / "python"
    python.unlink()
    python.symlink_to("/nowhere/python3.10")

    run = ready_checkout.start("search")

    assert run.stdout.startswith("1.0 "), run.stderr
    assert "Making" in run.stderr


@needs_posix
def test_python_that_was_upgraded_in_place_is_noticed(ready_checkout: MiniatureCheckout) -> None:
    stamp = ready_checkout.venv / "installed-runtime.json"
    stamp.write_text(json.dumps(json.loads(stamp.read_text()) | {"version": "python3.10"}))

    assert "Set-up is done." in ready_checkout.start("search").stderr


def test_two_first_starts_at_once_set_up_once(checkout: MiniatureCheckout) -> None:
    both = [
        subprocess.Popen(
            checkout.command("search", name),
            env=checkout.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        for name in ("one", "two")
    ]
    answers = [start.communicate(timeout=120) for start in both]

    assert [start.returncode for start in both] == [0, 0], answers
    assert sorted(out.split("'")[3] for out, _ in answers) == ["one", "two"]
    assert sum("Making" in err for _, err in answers) == 1
    assert sum("Another set-up is at work" in err for _, err in answers) == 1


@needs_posix
@pytest.mark.parametrize("pause", [0.3, 1.2, 2.0])
def test_start_after_a_kill_carries_on(checkout: MiniatureCheckout, pause: float) -> None:
    killed = subprocess.Popen(
        checkout.command("search"),
        env=checkout.environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    time.sleep(pause)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.wait()

    run = checkout.start("search")

    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith("1.0 ")


def test_no_network_is_said_in_one_line(checkout: MiniatureCheckout) -> None:
    unused_port = "http://127.0.0.1:9/simple"

    run = checkout.start("search", PIP_NO_INDEX="0", PIP_INDEX_URL=unused_port, PIP_FIND_LINKS="", PIP_RETRIES="1")

    assert run.returncode == 1
    assert run.stdout == ""
    assert run.stderr.splitlines()[-1].startswith("No network: the package index cannot be reached.")


def interrupt(checkout: MiniatureCheckout) -> None:
    """Leave the environment as a set-up that was killed does: without its stamp."""
    (checkout.venv / "installed-runtime.json").unlink()


@pytest.mark.parametrize("script", ["start.py", "check.py", "python_version.py"])
def test_old_pythons_can_parse_what_tells_them_that_they_are_old(script: str) -> None:
    source = (bootstrap.CHECKOUT / "packaging" / script).read_text(encoding="utf-8")

    ast.parse(source, feature_version=(3, 6))
    assert "from __future__" not in source  # "annotations" is a SyntaxError before 3.7


def test_old_python_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2, "final", 0))
    monkeypatch.setenv("PATH", "/nowhere")

    with pytest.raises(SystemExit) as leaving:
        python_version.require_new_enough()

    assert leaving.value.code == 1
    message = capsys.readouterr().err
    assert message.count("\n") == 1
    assert "Keepsight needs Python 3.11 or newer; this is 3.9.2" in message
    assert "sudo apt install python3.11" in message


def test_commands_without_a_window_are_the_programs_own() -> None:
    assert command_names() == bootstrap.HEADLESS - {"-h", "--help", "--version"}


@pytest.mark.parametrize(
    ("arguments", "window"),
    [
        ([], True),
        (["/home/me/Pictures"], True),
        (["--library", "/l", "/home/me/Pictures"], True),
        (["--library", "/l", "search", "a dog"], False),
        (["status", "--json"], False),
        (["--help"], False),
    ],
)
def test_window_is_told_from_a_command(arguments: list[str], window: bool) -> None:
    assert bootstrap.opens_window(arguments) is window
