"""keepsight saved list|add|remove|run|export"""

from __future__ import annotations

from desktop_app.cli.context import Context
from desktop_app.cli.search import pointed_out, show_answer
from desktop_app.domain.language.problems import QueryProblem
from desktop_app.domain.photo import PhotoId
from desktop_app.services.exporting import PhotoList


def list_saved(context: Context) -> None:
    """The searches the person keeps."""
    with context.open() as library:
        kept = library.services.saved_searches.all()
    value = [{"name": saved.name, "query": saved.query} for saved in kept]
    context.output.result(value, [f"{saved.name}: {saved.query}" for saved in kept] or ["No saved searches yet."])


def add(context: Context) -> None:
    """Keep a question under a name; one of that name is changed."""
    options = context.options
    with context.open() as library:
        try:
            library.services.saved_searches.save(options.name, options.query)
        except QueryProblem as problem:
            raise pointed_out(options.query, problem) from problem
    context.output.result({"name": options.name, "query": options.query}, [f"Saved as {options.name}."])


def remove(context: Context) -> None:
    """Keep a search no longer."""
    with context.open() as library:
        library.services.saved_searches.remove(context.options.name)
    context.output.result({"name": context.options.name}, [f"{context.options.name} is no longer kept."])


def run(context: Context) -> None:
    """Ask a saved question now."""
    with context.open() as library:
        saved = library.services.saved_searches.named(context.options.name)
        show_answer(context, library.services, saved.question())


def export(context: Context) -> None:
    """Write the paths of a saved search's photos to a file; its suffix says how."""
    file = context.options.file
    with context.open() as library:
        services = library.services
        saved = services.saved_searches.named(context.options.name)
        result = services.asking.ask(saved.question()).result
        ids = [PhotoId(photo_id) for photo_id in result.photo_ids.tolist()]
        photos = PhotoList(saved.name, ids, result.probabilities.tolist(), saved.query)
        written = services.exporting.write_list(photos, file)
    context.output.result({"file": str(file), "photos": written}, [f"{written:,} photos listed in {file}."])
