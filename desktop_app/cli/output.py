"""What a headless command prints: one JSON value on stdout with --json, plain lines otherwise. Notes go to stderr."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Output:
    """Writes results to stdout and remarks to stderr."""

    as_json: bool

    def result(self, value: Any, lines: list[str]) -> None:
        """Print the value as JSON, or the lines for a person."""
        if self.as_json:
            # ASCII escapes keep undecodable file names (lone surrogates) and any terminal's encoding from failing.
            self._write(json.dumps(value, ensure_ascii=True))
        else:
            for line in lines:
                self._write(line)

    def note(self, text: str) -> None:
        """A remark beside the result."""
        sys.stderr.write(text + "\n")
        sys.stderr.flush()

    @staticmethod
    def _write(line: str) -> None:
        data = (line + "\n").encode(sys.stdout.encoding or "utf-8", errors="surrogateescape")
        buffer = getattr(sys.stdout, "buffer", None)
        if buffer is None:
            sys.stdout.write(os.fsdecode(data))
        else:
            buffer.write(data)
        sys.stdout.flush()
