"""Sensitive photos come blurred from every service that hands out pictures, when the person wants it so."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from PIL import Image

from desktop_app.compose import open_library
from desktop_app.domain.changes import LibraryChanges
from desktop_app.domain.photo import PhotoId
from desktop_app.domain.tag import TagDraft
from desktop_app.services.services import Services
from tests.fixtures.libraries import Indexed


def detail(services: Services, photo: PhotoId) -> tuple[float, float]:
    """How much there is to see in a photo's thumbnail, and in its picture."""
    with Image.open(BytesIO(services.browsing.thumbnails([photo])[photo])) as image:
        thumbnail = np.asarray(image.convert("L"), np.float32)
    picture = services.viewing.picture(photo, max_side=200)
    whole = np.frombuffer(picture.data, np.uint8).reshape(picture.height, picture.width, 3).astype(np.float32)
    return float(np.abs(np.diff(thumbnail)).mean()), float(np.abs(np.diff(whole, axis=1)).mean())


def sensitive_photo(services: Services) -> PhotoId:
    photo = PhotoId(services.browsing.photo_ids().tolist()[0])
    services.tag_editing.define(TagDraft("private", sensitive=True, looked_for=False))
    services.tag_editing.define(TagDraft("diary", parent="private", looked_for=False))
    services.tagging.add("diary", [photo])
    return photo


def test_blurring_is_off_at_first_then_hides_until_revealed_and_is_kept(copied_library: Indexed) -> None:
    with open_library(copied_library.library) as library:
        services = library.services
        photo = sensitive_photo(services)
        other = PhotoId(services.browsing.photo_ids().tolist()[1])
        heard: list[LibraryChanges] = []
        services.changes.subscribe(heard.append)
        before, before_other = detail(services, photo), detail(services, other)
        assert not services.sensitivity.blurs
        assert services.sensitivity.set_blurs(blurs=True).updated == {photo}
        hidden = detail(services, photo)
        assert hidden[0] < 0.5 * before[0]
        assert hidden[1] < 0.5 * before[1]
        assert services.browsing.summaries([photo, other])[photo].blurred
        assert detail(services, other) == before_other
        services.sensitivity.reveal([photo, other])
        assert heard[-1].updated == {photo}
        assert detail(services, photo) == before
        assert not services.browsing.summaries([photo])[photo].blurred
    with open_library(copied_library.library) as library:
        services = library.services
        assert services.sensitivity.all_hidden() == {photo}, "revealed is not for ever"
        services.sensitivity.set_blurs(blurs=False)
        assert detail(services, photo) == before


def test_only_what_is_likely_hides_and_a_rejected_tag_does_not(copied_library: Indexed) -> None:
    with open_library(copied_library.library) as library:
        services = library.services
        photo = sensitive_photo(services)
        services.sensitivity.set_blurs(blurs=True)
        assert services.sensitivity.hidden([photo]) == {photo}
        services.tagging.reject("diary", [photo])
        assert services.sensitivity.hidden([photo]) == frozenset()
        private = services.browsing.tag_named("private")
        assert private is not None
        services.tagging.accept("diary", [photo])
        services.tag_editing.set_sensitive(private.id, sensitive=False)
        assert services.sensitivity.all_hidden() == frozenset()
