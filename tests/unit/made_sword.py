"""A made-up module of the SWORD project."""

import struct
import zlib


def module(blocks: list[str], at: str = "usr/share/sword/modules/m/ot") -> dict[str, bytes]:
    """A testament in the SWORD format."""
    packed, index = b"", b""
    for block in blocks:
        body = zlib.compress(block.encode())
        index += struct.pack("<III", len(packed), len(body), len(block.encode()))
        packed += body
    return {f"{at}.bzs": index, f"{at}.bzz": packed, f"{at}.bzv": b"\0" * 20}
