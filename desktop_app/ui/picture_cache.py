"""A cache that is bounded in bytes and forgets what was used longest ago."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class PictureCache(Generic[Key, Value]):
    """Least recently used values go first once `capacity` bytes are exceeded. For one thread.

    A single value larger than the whole capacity is kept until the next one comes: it is what the person looks at.
    """

    def __init__(self, capacity: int, size_of: Callable[[Value], int]) -> None:
        self._capacity = capacity
        self._size_of = size_of
        self._values: OrderedDict[Key, Value] = OrderedDict()
        self._bytes = 0

    @property
    def bytes_held(self) -> int:
        """The sum of the sizes of all values held."""
        return self._bytes

    def __len__(self) -> int:
        return len(self._values)

    def __iter__(self) -> Iterator[Key]:
        """Keys, the one used longest ago first. Does not count as use."""
        return iter(self._values)

    def __contains__(self, key: Key) -> bool:
        """Whether there is a value. Does not count as use."""
        return key in self._values

    def peek(self, key: Key) -> Value | None:
        """The value, without counting as use."""
        return self._values.get(key)

    def get(self, key: Key) -> Value | None:
        """The value, which becomes the most recently used one."""
        value = self._values.get(key)
        if value is not None:
            self._values.move_to_end(key)
        return value

    def put(self, key: Key, value: Value) -> None:
        """Add or replace a value; others may have to go."""
        self.drop(key)
        self._values[key] = value
        self._bytes += self._size_of(value)
        while self._bytes > self._capacity and len(self._values) > 1:
            _, oldest = self._values.popitem(last=False)
            self._bytes -= self._size_of(oldest)

    def drop(self, key: Key) -> None:
        """Forget one value, if it is there."""
        if key in self._values:
            self._bytes -= self._size_of(self._values.pop(key))

    def clear(self) -> None:
        """Forget everything."""
        self._values.clear()
        self._bytes = 0
