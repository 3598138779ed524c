"""Holds the built app to its size: bytes over the wire (gzip), since that is what a phone in the field waits for.

Reads Vite's manifest for what belongs to the first screen and to each lazy route, and the built worker for what it precaches.
"""

from __future__ import annotations

import gzip
import json
import re
import sys
from pathlib import Path
from typing import Any

DIST = Path(__file__).resolve().parent.parent / "frontend" / "dist"
KB = 1024
FIRST_SCREEN, LAZY_ROUTE, PRECACHE, WORKER = 70 * KB, 30 * KB, 250 * KB, 8 * KB
HOME = re.compile(r"(^|/)today/today\.")  # the route that the app opens with


def weight(paths: set[str]) -> int:
    """Bytes of these files, each gzipped by itself (pictures and fonts as they are)."""
    return sum(
        len(content) if path.endswith((".png", ".woff2", ".jpg", ".webp")) else len(gzip.compress(content, 6, mtime=0))
        for path in paths
        if (content := (DIST / path).read_bytes())
    )


def closure(manifest: dict[str, Any], key: str) -> set[str]:
    """The files that the browser must have before this chunk runs."""
    files, seen, waiting = set[str](), set[str](), [key]
    while waiting:
        chunk = manifest[waiting.pop()]
        if chunk["file"] not in seen:
            seen.add(chunk["file"])
            files |= {chunk["file"], *chunk.get("css", [])}
            waiting += chunk.get("imports", [])
    return files


def measure() -> list[tuple[str, int, int]]:
    """Rows of (what, bytes, budget)."""
    manifest = json.loads((DIST / ".vite" / "manifest.json").read_text())
    entry = next(key for key, chunk in manifest.items() if chunk.get("isEntry"))
    lazy = [key for key, chunk in manifest.items() if chunk.get("isDynamicEntry")]
    first = closure(manifest, entry).union(*(closure(manifest, key) for key in lazy if HOME.search(key)))
    rows = [("first screen", weight({"index.html", *first}), FIRST_SCREEN)]
    rows += [(f"route {key}", weight(closure(manifest, key) - first), LAZY_ROUTE) for key in sorted(lazy) if not HOME.search(key)]
    worker = DIST / "sw.js"
    if not worker.exists():
        sys.exit(f"budgets: {worker} was not built")
    listed = set(re.findall(r"""["']?url["']?\s*:\s*["'`]/?([^"'`]+)""", worker.read_text()))
    by_ending = {ending: names for ending, names in re.findall(r"""\b(js|css|woff2):["'`]([\w-]+)["'`]""", worker.read_text())}
    listed |= {f"assets/{name}.{ending}" for ending, names in by_ending.items() for name in re.findall(".{7}", names)}
    precached = {path for path in listed if (DIST / path).is_file()}
    if not precached:
        sys.exit("budgets: the worker precaches nothing; the app would not open offline")
    rows.append(("precache", weight(precached), PRECACHE))
    rows.append(("worker", weight({"sw.js"}), WORKER))
    return rows


def main() -> None:
    too_heavy = False
    for what, size, budget in measure():
        is_over = size > budget
        too_heavy |= is_over
        print(f"{'OVER ' if is_over else 'ok   '}{what:<40} {size / KB:7.1f} KB of {budget / KB:.0f}")
    if too_heavy:
        sys.exit("budgets: too heavy; make it lazy, or leave it out")


if __name__ == "__main__":
    main()
