"""Where in a photo something is to be seen, over a real library."""

from __future__ import annotations

import pytest

from desktop_app.base.errors import Cancelled, UserFacingError
from desktop_app.ml.inference import Inference
from desktop_app.services.services import Services
from tests.fixtures.libraries import Indexed, id_of

# The second of the photos that scikit-image's are cut into: the cat.
CAT = "photo_01.jpg"


def test_a_map_covers_the_photo_and_says_how_likely_it_is(services: Services, sample_library: Indexed) -> None:
    photo = id_of(services, sample_library.photos / CAT)
    heat = services.locating.heat_map(photo, "a cat")
    summary = services.browsing.summaries([photo])[photo]
    rows, columns = heat.warmth.shape
    assert columns / rows == pytest.approx(summary.width / summary.height, rel=0.05)
    assert heat.warmth.max() == 1.0
    assert heat.probability is not None
    less = services.locating.heat_map(photo, "a tax form")
    assert (less.probability or 0.0) < heat.probability
    assert less.warmth.mean() != heat.warmth.mean()


def test_another_term_of_the_same_photo_asks_the_model_for_no_picture_again(
    services: Services, sample_library: Indexed, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = id_of(services, sample_library.photos / CAT)
    services.locating.heat_map(photo, "a cat")
    monkeypatch.setattr(Inference, "embed_patches", lambda *_: pytest.fail("looked at the photo again"))
    services.locating.heat_map(photo, "fur")


def test_a_photo_that_is_no_longer_looked_at_is_left(services: Services, sample_library: Indexed) -> None:
    with pytest.raises(Cancelled):
        services.locating.heat_map(id_of(services, sample_library.photos / CAT), "a cat", cancelled=lambda: True)


def test_a_photo_that_is_gone_is_said_so(services: Services) -> None:
    with pytest.raises(UserFacingError, match="no longer in the library"):
        services.locating.heat_map(10**6, "a cat")
