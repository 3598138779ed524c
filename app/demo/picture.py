"""The photo that visits of the demo company carry: a shelf, drawn as a small PNG. Bytes only."""

from __future__ import annotations

import struct
import zlib

WIDTH, HEIGHT = 640, 480
_GROUND, _CABINET, _BOARD, _SIGN = (216, 222, 220), (236, 241, 240), (120, 136, 138), (0, 88, 95)
_GOODS = ((242, 178, 160), (250, 222, 160), (186, 214, 236), (232, 204, 220), (255, 255, 255))


def shelf(seed: int) -> bytes:
    """A PNG of a shelf; the seed decides what stands on it."""
    rows = b"".join(
        b"\0" + b"".join(bytes(_colour(x, y, seed)) for x in range(0, WIDTH, 4) for _ in range(4)) for y in range(HEIGHT)
    )
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows, 9)) + _chunk(b"IEND", b"")


def _colour(x: int, y: int, seed: int) -> tuple[int, int, int]:
    if not 80 <= x < 560 or y < 40 or y >= 450:
        return _GROUND
    if y < 84:
        return _SIGN
    level, height = divmod(y - 84, 92)
    if height >= 84:
        return _BOARD
    place, across = divmod(x - 80, 40)
    stands = (place * 7 + level * 5 + seed) % 11 != 0
    if stands and height > 22 and 6 <= across < 34:
        return _GOODS[(place // 2 + level + seed) % len(_GOODS)]
    return _CABINET


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
