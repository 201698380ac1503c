"""The model hub's protocol: where a file is, how large it is, and the checksum to hold it against.

A file has the address `{endpoint}/{repository}/resolve/{revision}/{name}`. Large files answer with a redirect to a
storage server and say in `X-Linked-Size` and `X-Linked-Etag` (a SHA-256) what will come from there; small ones carry git's
own identity of the content as their `ETag` (the SHA-1 of "blob", the size, a zero byte and the bytes).
"""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

from desktop_app.base.errors import UserFacingError

# A line that is silent for this long is taken for dead; the transfer then goes on over a new one.
TIMEOUT_SECONDS = 15.0

_USER_AGENT = "Keepsight"
_MOST_REDIRECTS = 5
_SHA256 = re.compile(r"[0-9a-f]{64}")
_SHA1 = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True, slots=True)
class Checksum:
    """What a file's bytes must hash to."""

    algorithm: str
    """"sha256" (of the bytes) or "git-sha1" (of git's blob)."""
    hexdigest: str


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file on the hub, as it stands there now."""

    url: str
    name: str
    size: int
    """Bytes."""
    checksum: Checksum | None
    """None when the hub states none that can be computed."""


class FileAbsent(Exception):
    """The hub has no such file."""


def hub_endpoint() -> str:
    """Address of the model hub: that of its own client library, which a person may change by HF_ENDPOINT (a mirror)."""
    from huggingface_hub import constants

    return os.environ.get("HF_ENDPOINT", constants.ENDPOINT).rstrip("/")


def find_file(endpoint: str, repository: str, names: Sequence[str], *, revision: str = "main") -> RemoteFile:
    """The first of these files that the repository has. Raises FileAbsent when it has none, UserFacingError when the
    hub cannot be reached or refuses.
    """
    for name in names:
        with contextlib.suppress(FileAbsent):
            return _look_up(f"{endpoint}/{repository}/resolve/{quote(revision, safe='')}/{quote(name)}", name)
    raise FileAbsent(f"{repository}: {', '.join(names)}")


def _look_up(url: str, name: str) -> RemoteFile:
    where = url
    for _ in range(_MOST_REDIRECTS):
        # No compression: the size and the ETag must be those of the file itself.
        request = urllib.request.Request(where, method="HEAD", headers=_headers({"Accept-Encoding": "identity"}))
        with plain_network_errors(), opened(request, follow=False) as answer:
            headers, status = answer.headers, answer.status
        linked = headers.get("X-Linked-Size")
        if linked is not None or status < 300:
            size = int(linked or headers.get("Content-Length") or 0)
            return RemoteFile(url, name, size, _checksum(headers.get("X-Linked-Etag") or headers.get("ETag")))
        target = urljoin(where, headers.get("Location", ""))
        if urlsplit(target).netloc != urlsplit(where).netloc:
            raise UserFacingError(
                "The model hub sent an answer that Keepsight does not understand.", "Try again later."
            )
        where = target
    raise UserFacingError("The model hub sends requests round in a circle.", "Try again later.")


def _checksum(etag: str | None) -> Checksum | None:
    value = (etag or "").removeprefix("W/").strip('"').lower()
    if _SHA256.fullmatch(value):
        return Checksum("sha256", value)
    if _SHA1.fullmatch(value):
        return Checksum("git-sha1", value)
    return None


def open_from(url: str, *, start: int) -> contextlib.AbstractContextManager[http.client.HTTPResponse]:
    """Open a file for reading from byte `start` on. A server that knows no ranges answers 200 and begins at 0."""
    headers = {"Accept-Encoding": "identity"}
    if start:
        headers["Range"] = f"bytes={start}-"
    return opened(urllib.request.Request(url, headers=_headers(headers)), follow=True)


def _headers(more: dict[str, str]) -> dict[str, str]:
    # Nothing that tells one person from another: no token, no telemetry.
    return {"User-Agent": _USER_AGENT, **more}


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Hands a redirect back as the answer that it is."""

    def redirect_request(self, *_: Any) -> None:
        """No further request."""


class _RedirectIsAnAnswer(urllib.request.HTTPErrorProcessor):
    def http_response(self, request: urllib.request.Request, response: Any) -> Any:
        """Let redirects through, raise for errors."""
        return response if 300 <= response.status < 400 else super().http_response(request, response)

    https_response = http_response


def opened(
    request: urllib.request.Request, *, follow: bool
) -> contextlib.AbstractContextManager[http.client.HTTPResponse]:
    """Send a request (web addresses only); the answer is closed at the end of the `with` block."""
    if urlsplit(request.full_url).scheme not in {"http", "https"}:
        raise UserFacingError(f"{request.full_url} is no web address.")
    handlers: list[urllib.request.BaseHandler] = [urllib.request.HTTPSHandler(context=_certificates())]
    if not follow:
        handlers += [_NoRedirect(), _RedirectIsAnAnswer()]
    return contextlib.closing(urllib.request.build_opener(*handlers).open(request, timeout=TIMEOUT_SECONDS))


def _certificates() -> ssl.SSLContext:
    """The system's certificates; through the hub client's truststore where Python has none of its own (macOS)."""
    try:
        import truststore
    except ImportError:
        return ssl.create_default_context()
    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@contextlib.contextmanager
def plain_network_errors() -> Iterator[None]:
    """Raise what can go wrong on the way to the hub as UserFacingError, a missing file as FileAbsent."""
    try:
        yield
    except urllib.error.HTTPError as error:
        error.close()
        raise _refusal(error.code) from error
    except (urllib.error.URLError, http.client.HTTPException, ConnectionError, TimeoutError) as error:
        raise UserFacingError(
            "The model hub cannot be reached.", "Check the network connection, then try again."
        ) from error


def _refusal(status: int) -> Exception:
    if status in {404, 410}:
        return FileAbsent(f"status {status}")
    if status in {401, 403}:
        return UserFacingError("The model hub does not give this file to everyone.", "Choose another model.")
    return UserFacingError(f"The model hub has a problem at present (status {status}).", "Try again later.")
