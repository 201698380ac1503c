"""Who listens hears every change that was one."""

from __future__ import annotations

import logging

import pytest

from desktop_app.domain.changes import LibraryChanges
from desktop_app.services.change_feed import ChangeFeed


def test_listeners_hear_of_changes_until_they_stop_listening() -> None:
    feed, heard = ChangeFeed(), list[LibraryChanges]()
    stop = feed.subscribe(heard.append)
    first = LibraryChanges(tags_changed=True)
    feed.publish(first)
    feed.publish(LibraryChanges())
    stop()
    stop()
    feed.publish(first)
    assert heard == [first]


def test_one_listener_that_fails_does_not_keep_the_others_from_hearing(caplog: pytest.LogCaptureFixture) -> None:
    feed, heard = ChangeFeed(), list[LibraryChanges]()

    def fail(_: LibraryChanges) -> None:
        raise ZeroDivisionError

    feed.subscribe(fail)
    feed.subscribe(heard.append)
    with caplog.at_level(logging.ERROR):
        feed.publish(LibraryChanges(tags_changed=True))
    assert len(heard) == 1
    assert "A listener failed" in caplog.text
