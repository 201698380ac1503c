"""A review by the keyboard alone, in a real window."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop_app.domain.photo import PhotoId
from desktop_app.domain.review import ENOUGH_TO_TEACH, Verdict
from desktop_app.domain.tag import Tag, TagState
from desktop_app.services.services import Services
from desktop_app.ui.tagging.review_end import NextStep
from tests.fixtures.libraries import Indexed
from tests.fixtures.windows import Windows, settled, wait_for


def decided(services: Services, tag: Tag) -> dict[PhotoId, TagState]:
    """What became of the tag on each photo of the library."""
    found = {}
    for photo in services.browsing.photo_ids().tolist():
        details = services.browsing.details(PhotoId(photo))
        assert details is not None
        state = next((each.state for each in details.tags if each.tag.id == tag.id), TagState.REJECTED)
        found[PhotoId(photo)] = state
    return found


def test_photos_are_accepted_rejected_skipped_and_taken_back(
    qtbot: QtBot, windows: Windows, copied_library: Indexed
) -> None:
    window = windows.open(copied_library.library)
    services, review = window.services, window.tag_work.reviewing
    tag = services.tag_editing.definition("cat").tag
    services.tag_editing.set_threshold(tag.id, 0.0)  # so that there is something to say of many photos
    edits = len(services.tag_editing.history())
    review.begin(tag)
    wait_for(qtbot, review.page.isVisible)
    items = review.round.items
    assert len(items) >= 4
    unsure = [abs(item.probability - 0.5) for item in items]
    assert unsure == sorted(unsure), "the most uncertain first"
    assert review.page.question.text() == "Is this “cat”?"
    assert f"1 of {len(items)}" in review.page.facts.text()
    assert not window.menuBar().isVisible()

    for key in (Qt.Key.Key_A, Qt.Key.Key_Left, Qt.Key.Key_Space, Qt.Key.Key_R):
        qtbot.keyClick(review.page, key)
    assert review.page.score.text() == "1 yes  ·  2 no  ·  1 skipped"
    qtbot.keyClick(review.page, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert review.page.score.text() == "1 yes  ·  1 no  ·  1 skipped"
    settled(qtbot, window)
    wait_for(qtbot, lambda: len(services.tag_editing.history()) == edits + 2)
    states = decided(services, tag)
    assert states[items[0].photo_id] is TagState.ACCEPTED
    assert states[items[1].photo_id] is TagState.REJECTED
    assert states[items[3].photo_id] is not TagState.REJECTED, "taken back"

    qtbot.keyClick(review.page, Qt.Key.Key_Escape)
    assert window.page.isVisible()
    review.begin(tag)
    wait_for(qtbot, lambda: review.page.isVisible() and len(review.round.items) == len(items) - 2)
    for _ in review.round.items:
        qtbot.keyClick(review.page, Qt.Key.Key_S)
    assert review.round.current is None
    assert review.round.count(Verdict.SKIP) == len(items) - 2
    qtbot.keyClick(review.page, Qt.Key.Key_Escape)
    assert window.page.isVisible()


def test_the_end_says_what_was_done_and_leads_on(qtbot: QtBot, windows: Windows, copied_library: Indexed) -> None:
    window = windows.open(copied_library.library)
    services, review = window.services, window.tag_work.reviewing
    tag = services.tag_editing.definition("cat").tag
    services.tag_editing.set_threshold(tag.id, 0.0)
    review.begin(tag)
    wait_for(qtbot, lambda: review.page.isVisible() and len(review.round.items) > 2)
    end, photos = review.page.end, len(review.round.items)
    said = [Qt.Key.Key_A, Qt.Key.Key_R, *[Qt.Key.Key_S] * (photos - 2)]
    for key in said:
        assert not end.isVisible()
        qtbot.keyClick(review.page, key)
    assert end.title.text() == f"“cat”: all {photos} photos gone through"
    assert [end.figures[verdict].text() for verdict in Verdict] == ["1", "1", str(photos - 2)]
    wait_for(qtbot, lambda: bool(end.steps))
    assert "2 decisions of yours" in end.quality.text()
    assert end.lesson.text().endswith("there are 1 and 1.")
    assert NextStep.TEACH not in end.steps, "too little to learn from"
    assert f"Go on with the {photos - 2} skipped" in end.buttons[NextStep.GO_ON].text()

    qtbot.keyClick(review.page, Qt.Key.Key_Backspace)
    assert review.round.current is not None
    qtbot.keyClick(review.page, Qt.Key.Key_S)
    wait_for(qtbot, lambda: bool(end.steps))
    qtbot.keyClick(review.page, Qt.Key.Key_Return)
    wait_for(qtbot, lambda: len(review.round.items) == photos - 2 and review.round.current is not None)
    for _ in review.round.items:
        qtbot.keyClick(review.page, Qt.Key.Key_R)
    wait_for(qtbot, lambda: bool(end.steps))
    assert end.steps == [NextStep.FOLLOWING], "nothing waits any more, and one accepted photo is too few to teach"
    following = services.reviewing.outcome(tag.id).following
    assert following is not None
    assert f"“{following.tag.name}”, {following.suggestions} suggestion" in end.buttons[NextStep.FOLLOWING].text()
    qtbot.keyClick(review.page, Qt.Key.Key_1)
    wait_for(qtbot, lambda: review.page.question.text() == f"Is this “{following.tag.name}”?")


def test_a_tag_is_taught_at_the_end_of_its_review(qtbot: QtBot, windows: Windows, copied_library: Indexed) -> None:
    window = windows.open(copied_library.library)
    services, review = window.services, window.tag_work.reviewing
    ids = window.page.grid.photo_ids()
    tag = services.tag_editing.definition("cat").tag
    services.tagging.reject("cat", ids[:ENOUGH_TO_TEACH])
    services.tagging.accept("cat", ids[ENOUGH_TO_TEACH : 2 * ENOUGH_TO_TEACH - 1])
    outcome = services.reviewing.outcome(tag.id)
    assert (outcome.quality.accepted, outcome.can_teach) == (ENOUGH_TO_TEACH - 1, False)
    services.tag_editing.set_threshold(tag.id, 0.0)
    review.begin(tag)
    wait_for(qtbot, lambda: review.page.isVisible() and bool(review.round.items))
    end = review.page.end
    for _ in review.round.items:
        qtbot.keyClick(review.page, Qt.Key.Key_A)
    wait_for(qtbot, lambda: NextStep.TEACH in end.steps)
    assert end.lesson.text() == ""
    end.buttons[NextStep.TEACH].click()
    wait_for(qtbot, lambda: "“cat” was learned" in end.lesson.text() and NextStep.TEACH not in end.steps)
    assert services.reviewing.outcome(tag.id).quality.taught
    qtbot.keyClick(review.page, Qt.Key.Key_Escape)


def test_a_tag_that_nobody_looks_for_has_nothing_to_review(
    qtbot: QtBot, windows: Windows, copied_library: Indexed
) -> None:
    window = windows.open(copied_library.library)
    window.services.tagging.add("Rome", window.page.grid.photo_ids()[:1])
    review = window.tag_work.reviewing
    review.begin(window.services.tag_editing.definition("Rome").tag)
    wait_for(qtbot, review.page.isVisible)
    assert "nothing to say" in review.page.end.quality.text()
    assert not review.page.end.counts.isVisible()
    assert not review.page.buttons[Verdict.ACCEPT].isVisible()
    qtbot.keyClick(review.page, Qt.Key.Key_Escape)
    assert window.page.isVisible()
