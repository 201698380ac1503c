"""The rows of the tag tree: groups, and in each the tags as a hierarchy with their numbers and colours."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QStandardItem, QStandardItemModel

from desktop_app.domain.tag import PERSONAL_GROUP, Tag, TagCount, TagId
from desktop_app.ui.sidebar.count_tree import Role

_HINT = "Click: photos must have it. Alt-click: photos must not have it. Drag it onto another tag to move it there."


class TagItems(QStandardItemModel):
    """Tags below their parents, those without one below their group; the person's own group comes first."""

    def fill(self, counts: Sequence[TagCount], check: Callable[[Tag], Qt.CheckState]) -> None:
        """Show these tags. A tag whose parent is not among them stands at the top of its group."""
        self.clear()
        rows = sorted(counts, key=_row_order)
        items = {row.tag.id: _tag_item(row, check(row.tag)) for row in rows}
        headings: dict[str, QStandardItem] = {}
        for row in rows:
            parent = None if row.tag.parent_id is None else items.get(row.tag.parent_id)
            if parent is None:
                if row.tag.group not in headings:
                    headings[row.tag.group] = _heading(row.tag.group)
                    self.appendRow(headings[row.tag.group])
                parent = headings[row.tag.group]
            parent.appendRow(items[row.tag.id])

    def show_numbers(self, counts: Sequence[TagCount]) -> None:
        """The same tags have these numbers now."""
        numbers = {row.tag.id: row.count for row in counts}
        for tag, item in self.tags():
            item.setData(numbers.get(tag.id, 0), Role.COUNT)

    def tags(self) -> Iterator[tuple[Tag, QStandardItem]]:
        """Every tag with its row, from above."""
        waiting = [self.item(row) for row in reversed(range(self.rowCount()))]
        while waiting:
            item = waiting.pop()
            tag = item.data(Role.VALUE)
            if isinstance(tag, Tag):
                yield tag, item
            waiting.extend(item.child(row) for row in reversed(range(item.rowCount())))

    def below(self, tag_id: TagId) -> set[TagId]:
        """A tag and all that stand below it."""
        found = {tag_id}
        for tag, _ in self.tags():  # parents come before their children
            if tag.parent_id in found:
                found.add(tag.id)
        return found


def _heading(group: str) -> QStandardItem:
    item = QStandardItem(group)
    item.setData(True, Role.HEADING)
    item.setData(group, Role.KEY)
    return item


def _tag_item(row: TagCount, check: Qt.CheckState) -> QStandardItem:
    tag = row.tag
    item = QStandardItem(tag.name)
    item.setData(tag, Role.VALUE)
    # A number sign cannot be mistaken for a group: those are words.
    item.setData(f"#{tag.id}", Role.KEY)
    item.setData(row.count, Role.COUNT)
    item.setData(tag.colour, Role.COLOUR)
    item.setData(check.value, Qt.ItemDataRole.CheckStateRole)
    item.setToolTip(_HINT)
    return item


def _row_order(row: TagCount) -> tuple[bool, str, str]:
    """The person's own tags first, then groups and tags by name: an order that stays while counts grow."""
    return (row.tag.group != PERSONAL_GROUP, row.tag.group.casefold(), row.tag.name.casefold())
