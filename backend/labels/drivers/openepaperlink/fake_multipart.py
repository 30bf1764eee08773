"""Reads an upload as the access point does: the fields that came before the file, and the file. Pure."""

from __future__ import annotations

import re

_BOUNDARY = re.compile(r'boundary="?([^";]+)"?')
_NAME = re.compile(rb'name="([^"]*)"')


def read_multipart(content_type: str, body: bytes) -> tuple[dict[str, str], bytes]:
    """Fields after the file come too late: the firmware looks for them when the file begins."""
    boundary = _BOUNDARY.search(content_type)
    fields: dict[str, str] = {}
    if boundary is None:
        return fields, b""
    for part in body.split(b"--" + boundary.group(1).encode())[1:]:
        head, _, content = part.partition(b"\r\n\r\n")
        name = _NAME.search(head)
        if name is None:
            continue
        if b"filename=" in head:
            return fields, content.removesuffix(b"\r\n")
        fields[name.group(1).decode()] = content.removesuffix(b"\r\n").decode()
    return fields, b""
