"""Questions in the query language over a real library, by the real model."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from desktop_app.base.errors import UserFacingError
from desktop_app.compose import open_library
from desktop_app.domain.language.problems import QueryProblem
from desktop_app.domain.photo import PhotoId
from desktop_app.domain.question import EndedBy, Question, ReasonKind
from desktop_app.ml.matching import MatchCalibration
from desktop_app.ml.presence import Presence
from desktop_app.services.services import Services
from tests.fixtures.libraries import Indexed, id_of

pytestmark = pytest.mark.keeps_threads("keepsight-")

MOTORCYCLES = {"photo_04.jpg", "photo_05.jpg", "photo_10.jpg", "photo_11.jpg"}


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory, sample_library: Indexed) -> Iterator[tuple[Services, Path]]:
    """The sample library, open; tests here tag photos with names of their own."""
    folder = shutil.copytree(sample_library.library, tmp_path_factory.mktemp("asked") / "library")
    with open_library(Path(folder)) as library:
        yield library.services, sample_library.photos


def names(services: Services, ids: np.ndarray) -> list[str]:
    summaries = services.browsing.summaries(ids.tolist())
    return [summaries[PhotoId(photo)].name for photo in ids.tolist()]


def test_everything_is_listed_best_first_when_asked_for(asked: tuple[Services, Path]) -> None:
    services, _ = asked
    answer = services.asking.ask(Question("a motorcycle", everything=True))
    assert set(names(services, answer.result.photo_ids)[:4]) == MOTORCYCLES
    assert (len(answer.result.photo_ids), answer.matches, answer.ended_by) == (12, 12, EndedBy.LIMIT)
    assert (np.diff(answer.result.probabilities) <= 0).all()
    assert len(services.asking.ask(Question("a motorcycle", everything=True), limit=3).result.photo_ids) == 3


def test_a_list_ends_and_the_sensitivity_moves_its_end(asked: tuple[Services, Path]) -> None:
    services, _ = asked
    lengths = [
        services.asking.ask(Question("a motorcycle", sensitivity=sensitivity)).matches
        for sensitivity in (0.3, 0.7, 1.0)
    ]
    assert lengths == sorted(lengths)
    assert lengths[0] < 12
    assert lengths[-1] > 0


def test_what_is_not_there_is_said_and_the_nearest_are_offered(asked: tuple[Services, Path]) -> None:
    services, _ = asked
    answer = services.asking.ask(Question("blorft snizzle"))
    assert answer.ended_by is EndedBy.NOTHING_MATCHES
    assert len(answer.result.photo_ids) == answer.matches == 0
    assert len(answer.nearest) == len(answer.nearest_probabilities) == 12


def test_filters_bound_what_meaning_ranks(asked: tuple[Services, Path]) -> None:
    services, photos = asked
    cat, cup = id_of(services, photos / "photo_01.jpg"), id_of(services, photos / "photo_02.jpg")
    services.tagging.add("kept here", [cat, cup])
    found = services.asking.ask(Question('a cat tag:"kept here"', everything=True))
    assert names(services, found.result.photo_ids) == ["photo_01.jpg", "photo_02.jpg"]
    alone = services.asking.ask(Question('tag:"kept here"'))
    assert set(alone.result.photo_ids.tolist()) == {cat, cup}
    assert (len(alone.result.scores), alone.ended_by, alone.matches) == (0, EndedBy.CUT_OFF, 2)
    rest = services.asking.ask(Question('-tag:"kept here"'), limit=4)
    assert (rest.matches, len(rest.result.photo_ids), rest.ended_by) == (10, 4, EndedBy.LIMIT)
    none = services.asking.ask(Question('tag:"kept here" -tag:"kept here"'))
    assert (none.matches, none.ended_by) == (0, EndedBy.NOTHING_MATCHES)


@pytest.mark.parametrize(
    ("text", "marked", "meant"),
    [
        ("dog folder:smal_photos", "folder:smal_photos", "folder:small_photos"),
        ("camera:nikno", "camera:nikno", ""),
        ("lens:50 width:>1", "lens:50", ""),
    ],
)
def test_a_name_that_no_photo_has_is_said_instead_of_an_empty_list(
    asked: tuple[Services, Path], text: str, marked: str, meant: str
) -> None:
    services, _ = asked
    with pytest.raises(QueryProblem, match="There is no") as caught:
        services.asking.ask(Question(text))
    span = caught.value.span
    assert text[span.start : span.end] == marked
    assert caught.value.replacement == meant
    others = services.asking.ask(Question(f"width:>1 OR {marked}")).matches
    assert others == services.asking.ask(Question(f"-{marked}")).matches == 12
    assert services.asking.ask(Question("date:1900")).ended_by is EndedBy.NOTHING_MATCHES


def test_terms_combine_as_probabilities(asked: tuple[Services, Path]) -> None:
    services, _ = asked

    def probabilities(text: str) -> dict[int, float]:
        result = services.asking.ask(Question(text, everything=True, words_weight=0.0)).result
        return dict(zip(result.photo_ids.tolist(), result.probabilities.tolist(), strict=True))

    cat, rocket = probabilities("a cat"), probabilities("a rocket")
    both, either, without = (
        probabilities("a cat AND a rocket"),
        probabilities("a cat OR a rocket"),
        probabilities("-(a cat)"),
    )
    for photo, one in cat.items():
        assert both[photo] == pytest.approx(one * rocket[photo], abs=1e-5)
        assert either[photo] == pytest.approx(1 - (1 - one) * (1 - rocket[photo]), abs=1e-5)
        assert without[photo] == pytest.approx(1 - one, abs=1e-5)


def test_what_is_written_counts_as_far_as_its_weight_lets_it(asked: tuple[Services, Path]) -> None:
    services, photos = asked
    cup = id_of(services, photos / "photo_02.jpg")
    services.tagging.add("zeppelin", [cup])
    assert services.asking.ask(Question("zeppelin")).result.photo_ids.tolist() == [cup]
    assert cup not in services.asking.ask(Question("zeppelin", words_weight=0.0)).result.photo_ids.tolist()
    exact = services.asking.ask(Question('"zeppelin"'))
    assert exact.result.photo_ids.tolist() == [cup]
    (reason,) = services.asking.why(Question('"zeppelin"'), [cup])[cup]
    assert (reason.kind, reason.probability, reason.found) == (ReasonKind.WORDS, 1.0, ("tag: zeppelin",))


def test_each_term_says_what_it_thinks_of_a_photo(asked: tuple[Services, Path]) -> None:
    services, photos = asked
    cat = id_of(services, photos / "photo_01.jpg")
    meaning, negated, filtered = services.asking.why(Question("a cat -(a rocket) width:>1"), [cat])[cat]
    assert (meaning.kind, meaning.term) == (ReasonKind.MEANING, "a cat")
    assert meaning.probability > negated.probability
    assert negated.negated
    assert (filtered.kind, filtered.probability) == (ReasonKind.FILTER, 1.0)
    assert services.asking.why(Question("width:>1"), [cat])[cat][0].probability == 1.0


def test_pictures_alone_rank_and_with_words_the_slider_decides(asked: tuple[Services, Path]) -> None:
    services, photos = asked
    rocket = id_of(services, photos / "photo_03.jpg")
    alone = services.asking.ask(Question(like=(rocket,)))
    assert alone.result.photo_ids[0] == rocket
    assert alone.result.probabilities[0] > 0.5
    assert set(names(services, alone.result.photo_ids)) <= {"photo_03.jpg", "photo_09.jpg"}, (
        "it ends where likeness does"
    )
    from_file = services.asking.ask(Question(image=photos / "photo_04.jpg"), limit=4)
    assert names(services, from_file.result.photo_ids)[0] == "photo_04.jpg"

    def first(weight: float) -> str:
        question = Question("a motorcycle", like=(rocket,), picture_weight=weight, everything=True)
        return names(services, services.asking.ask(question).result.photo_ids)[0]

    assert first(1.0) == "photo_03.jpg"
    assert first(0.0) in MOTORCYCLES
    assert services.asking.why(Question("x", like=(rocket,)), [rocket])[rocket][0].kind is ReasonKind.PICTURE


@pytest.mark.parametrize(("bias", "ended_by"), [(-4.0, EndedBy.NOTHING_MATCHES), (4.0, EndedBy.CUT_OFF)])
def test_whether_anything_matches_is_for_the_best_photo_and_the_words_to_say(
    asked: tuple[Services, Path], monkeypatch: pytest.MonkeyPatch, bias: float, ended_by: EndedBy
) -> None:
    services, _ = asked
    matching = services.models.active().matching
    presence = Presence(best=0.0, height=0.0, familiarity=0.0, bias=bias, familiar_from=0.4)
    monkeypatch.setattr(matching, "presence", presence)
    # As such models are fitted: what orders photos is their lead alone.
    monkeypatch.setattr(matching, "now", MatchCalibration(16.0, 0.0, -0.1, 0.2, -6.0, bar=0.2, mean_weight=0.5))
    for text in ("a motorcycle", "blorft snizzle"):
        weighed = services.asking.weigh(Question(text, words_weight=0.0))
        assert weighed.answer().ended_by is ended_by
        assert (weighed.probabilities.max() >= matching.now.bar) == (bias > 0.0)
    either = Question('(a motorcycle) OR "photo_04"')
    assert names(services, services.asking.ask(either).result.photo_ids)[0] == "photo_04.jpg", "words are found anyway"


def test_picture_and_words_list_what_both_speak_for(asked: tuple[Services, Path]) -> None:
    services, photos = asked
    example = id_of(services, photos / "photo_04.jpg")

    def listed(weight: float) -> list[str]:
        question = Question("a motorcycle", like=(example,), picture_weight=weight, words_weight=0.0)
        answer = services.asking.ask(question)
        assert answer.ended_by is EndedBy.CUT_OFF
        return names(services, answer.result.photo_ids)

    for weight in (0.25, 0.5, 0.75):
        assert MOTORCYCLES & set(listed(weight)), weight
        assert "photo_04.jpg" in listed(weight)
    words = services.asking.weigh(Question("a motorcycle", words_weight=0.0)).probabilities
    both = services.asking.weigh(Question("a motorcycle", like=(example,), words_weight=0.0)).probabilities
    assert both.max() >= words.max(), "the example takes nothing away from what the words are sure of"


def test_similar_names_a_photo_by_its_file(asked: tuple[Services, Path]) -> None:
    services, photos = asked
    cat = id_of(services, photos / "photo_01.jpg")
    for reference in ("photo_01.jpg", f"#{cat}"):
        found = services.asking.ask(Question(f"similar:{reference}", everything=True))
        assert found.result.photo_ids[0] == cat
    for nearly in ("photo_01", "small_photos/PHOTO_01.jpeg"):
        problem = services.understanding.understand(f"similar:{nearly}").problem
        assert problem is not None
        assert problem.replacement == "similar:photo_01.jpg"


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("dog tag:unheard", "tag:unheard"),
        ("album:nowhere", "album:nowhere"),
        ("similar:nothing.jpg dog", "similar:nothing.jpg"),
        ("near:Nowhereton", "near:Nowhereton"),
        ("dog (cat", "("),
    ],
)
def test_what_is_not_understood_is_pointed_at(asked: tuple[Services, Path], text: str, marked: str) -> None:
    services, _ = asked
    with pytest.raises(QueryProblem) as caught:
        services.asking.ask(Question(text))
    assert text[caught.value.span.start : caught.value.span.end] == marked
    understood = services.understanding.understand(text)
    assert understood.problem is not None
    assert understood.problem.span == caught.value.span


def test_chips_and_completions_know_the_library(asked: tuple[Services, Path]) -> None:
    services, photos = asked
    services.tagging.add("Zanzibar", [id_of(services, photos / "photo_00.jpg")])
    understood = services.understanding.understand("sea  tag:zanzibar")
    assert understood.problem is None
    assert (understood.canonical, [chip.text for chip in understood.chips]) == (
        "sea tag:zanzibar",
        ["sea", "tag:zanzibar"],
    )
    completion = services.understanding.complete("sea tag:zan", 11)
    assert [candidate.text for candidate in completion.candidates] == ["Zanzibar"]


def test_a_photo_is_found_by_every_name_of_its_tags(asked: tuple[Services, Path]) -> None:
    services, photos = asked
    cup = id_of(services, photos / "photo_02.jpg")
    services.tagging.add("Holiday", [cup])  # the vocabulary knows it as another name of "vacation"
    for text in ("tag:holiday", "tag:vacation", '"holiday"', '"vacation"'):
        assert services.asking.ask(Question(text)).result.photo_ids.tolist() == [cup], text
    assert cup in services.asking.ask(Question("holiday", words_weight=1.0)).result.photo_ids
    problem = services.understanding.understand("tag:HOLIDY").problem
    assert problem is not None
    assert problem.replacement == "tag:holiday"


def test_saved_searches_are_kept_renamed_and_run(asked: tuple[Services, Path]) -> None:
    services, photos = asked
    seen = []
    unsubscribe = services.changes.subscribe(seen.append)
    cup = id_of(services, photos / "photo_02.jpg")
    services.tagging.add("saved one", [cup])
    services.saved_searches.save("  My   cups ", 'tag:"saved one"')
    assert services.saved_searches.run("my cups").result.photo_ids.tolist() == [cup]
    cat = id_of(services, photos / "photo_01.jpg")
    services.tagging.add("saved one", [cat])
    assert services.saved_searches.run("my cups", limit=0).matches == 2, "it follows the library"
    with pytest.raises(QueryProblem):
        services.saved_searches.save("Broken", "dog (")
    services.saved_searches.save("Other", "dog")
    with pytest.raises(UserFacingError, match="already"):
        services.saved_searches.rename("other", "MY CUPS")
    services.saved_searches.rename("My cups", "Cups")
    assert [saved.name for saved in services.saved_searches.all()] == ["Cups", "Other"]
    for name in ("cups", "other"):
        services.saved_searches.remove(name)
    with pytest.raises(UserFacingError, match="no saved search"):
        services.saved_searches.run("Cups")
    unsubscribe()
    assert sum(changes.saved_searches_changed for changes in seen) == 5
