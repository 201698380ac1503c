"""All services of one open library, as the window and the command line receive them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from desktop_app.services.albums import Albums
from desktop_app.services.asking import Asking
from desktop_app.services.backing_up import BackingUp
from desktop_app.services.browsing import Browsing
from desktop_app.services.change_feed import ChangeFeed
from desktop_app.services.curating import Curating
from desktop_app.services.deleting import Deleting
from desktop_app.services.evaluating import Evaluating
from desktop_app.services.exporting import Exporting
from desktop_app.services.indexer import Indexer
from desktop_app.services.locating import Locating
from desktop_app.services.metadata_sync import MetadataSync
from desktop_app.services.model_downloads import ModelDownloads
from desktop_app.services.models import Models
from desktop_app.services.organising import Organising
from desktop_app.services.recovering import Recovering
from desktop_app.services.reviewing import Reviewing
from desktop_app.services.saved_searches import SavedSearches
from desktop_app.services.searching import Searching
from desktop_app.services.sensitivity import Sensitivity
from desktop_app.services.stacking import Stacking
from desktop_app.services.tag_choosing import TagChoosing
from desktop_app.services.tag_editing import TagEditing
from desktop_app.services.tag_evaluating import TagEvaluating
from desktop_app.services.tag_files import TagFiles
from desktop_app.services.tag_quality import TagQualities
from desktop_app.services.tagging import Tagging
from desktop_app.services.teaching import Teaching
from desktop_app.services.understanding import Understanding
from desktop_app.services.verifying import Verifying
from desktop_app.services.viewing import Viewing
from desktop_app.services.watching import Watching


@dataclass(frozen=True, slots=True)
class Services:
    """One field per service; all are thread-safe and block unless they say otherwise."""

    library_folder: Path
    changes: ChangeFeed
    browsing: Browsing
    searching: Searching
    understanding: Understanding
    asking: Asking
    locating: Locating
    saved_searches: SavedSearches
    exporting: Exporting
    stacking: Stacking
    tagging: Tagging
    tag_editing: TagEditing
    reviewing: Reviewing
    tag_files: TagFiles
    curating: Curating
    albums: Albums
    metadata: MetadataSync
    tag_choosing: TagChoosing
    tag_evaluating: TagEvaluating
    tag_qualities: TagQualities
    teaching: Teaching
    sensitivity: Sensitivity
    organising: Organising
    recovering: Recovering
    indexing: Indexer
    watching: Watching
    models: Models
    downloads: ModelDownloads
    evaluating: Evaluating
    viewing: Viewing
    backing_up: BackingUp
    verifying: Verifying
    deleting: Deleting
