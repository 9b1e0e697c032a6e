"""Parts of a file, for downloads that go on where they broke off (RFC 9110, section 14)."""

import re

from fastapi import Request

_ONE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


class RangeNotSatisfiable(Exception):
    """The part that was asked for begins behind the end of the file."""


def asked_range(request: Request, etag: str, size: int) -> tuple[int, int] | None:
    """The part [start, end) that a client wants; None for the whole file, also when it changed since (`If-Range`) or several are asked for.

    Raises RangeNotSatisfiable.
    """
    found = _ONE.fullmatch(request.headers.get("range", "").strip())
    if found is None or request.headers.get("if-range", etag) != etag:
        return None
    first, last = found.groups()
    if not first and not last:
        return None
    if not first:
        start, end = max(0, size - int(last)), size
    else:
        start, end = int(first), min(size, int(last) + 1) if last else size
        if last and int(last) < int(first):
            return None
    if start >= size or end <= start:
        raise RangeNotSatisfiable
    return start, end
