"""Reads the files of a folder into rows of checked values, and says of each bad cell where it is.

Takes what spreadsheets write: UTF-8 with or without a mark at the start, UTF-16, GBK (GB 18030);
LF or CRLF; quoted cells with line breaks; a file compressed as `.csv.gz`.
"""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.importer.formats import BY_NAME, FORMATS, BadCell, Column, Format, parse
from app.importer.report import Problem, Severity

MOST_BYTES = 500 * 1024 * 1024  # of one file, unpacked

csv.field_size_limit(1024 * 1024)


@dataclass
class Row:
    """A line of a file. `values` holds what its cells mean; an empty cell is None. `raw` is the text as it stood there."""

    line: int
    values: dict[str, Any]
    raw: dict[str, str]
    is_bad: bool = False


@dataclass
class Sheet:
    """A file as it was read. `columns` are the names in its header that are known."""

    format: Format
    file: str
    rows: list[Row] = field(default_factory=list)
    columns: set[str] = field(default_factory=set)

    @property
    def good(self) -> list[Row]:
        return [row for row in self.rows if not row.is_bad]


class NotAFolder(Exception):
    """There is nothing to import; the message says why."""


def read_folder(folder: Path, currency: str) -> tuple[dict[str, Sheet], list[Problem]]:
    """Reads every known file. Raises NotAFolder if there is none."""
    if not folder.is_dir():
        raise NotAFolder(f"{folder} is not a folder")
    sheets: dict[str, Sheet] = {}
    problems: list[Problem] = []
    for described in FORMATS:
        path = _find(folder, described.name, problems)
        if path:
            sheets[described.name] = read_file(path, described, currency, problems)
    if not sheets:
        known = ", ".join(f"{described.name}.csv" for described in FORMATS)
        raise NotAFolder(f"{folder} holds none of the files that can be imported: {known}")
    for path in sorted(folder.iterdir()):
        if path.name.endswith((".csv", ".csv.gz")) and path.name.split(".")[0] not in BY_NAME:
            problems.append(Problem(path.name, 0, "", "", "unknown_file", Severity.WARNING))
    return sheets, problems


def _find(folder: Path, name: str, problems: list[Problem]) -> Path | None:
    found = [path for path in (folder / f"{name}.csv", folder / f"{name}.csv.gz") if path.is_file()]
    if len(found) > 1:
        problems.append(Problem(found[1].name, 0, "", "", "file_twice", params=(("other", found[0].name),)))
    return found[0] if found else None


def read_file(path: Path, described: Format, currency: str, problems: list[Problem]) -> Sheet:
    """Reads one file; what is wrong with it is appended to `problems`."""
    sheet = Sheet(described, path.name)
    text = _decoded(path, problems)
    if text is None:
        return sheet
    records = _records(text, path.name, problems)
    header = next(records, None)
    if header is None:
        problems.append(Problem(path.name, 1, "", "", "no_header"))
        return sheet
    places = _places(header[1], sheet, problems)
    if places is None:
        return sheet
    width = len(header[1])
    for line, cells in records:
        if len(cells) != width:
            row = Row(line, {}, {}, is_bad=True)
            problems.append(Problem(path.name, line, "", "", "cells", params=(("found", len(cells)), ("expected", width))))
        else:
            row = _row(line, cells, places, sheet, currency, problems)
        sheet.rows.append(row)
    return sheet


def _decoded(path: Path, problems: list[Problem]) -> str | None:
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
            data = stream.read(MOST_BYTES + 1)
    except (OSError, EOFError) as error:
        problems.append(Problem(path.name, 0, "", "", "unreadable", params=(("why", str(error)),)))
        return None
    if len(data) > MOST_BYTES:
        problems.append(Problem(path.name, 0, "", "", "too_big", params=(("most", MOST_BYTES // 1024 // 1024),)))
        return None
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encodings: Sequence[str] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding == "gb18030":
            problems.append(Problem(path.name, 0, "", "", "read_as_gbk", Severity.WARNING))
        return text
    problems.append(Problem(path.name, 0, "", "", "encoding"))
    return None


def _records(text: str, file: str, problems: list[Problem]) -> Iterator[tuple[int, list[str]]]:
    """The records with the line on which each begins; empty lines are left out."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            problems.append(Problem(file, reader.line_num, "", "", "bad_csv", params=(("why", str(error)),)))
            return
        if cells is None:
            return
        if cells:
            yield line, cells
        line = reader.line_num + 1


def _places(header: list[str], sheet: Sheet, problems: list[Problem]) -> list[tuple[int, Column]] | None:
    """Which cell belongs to which column; None if the header does not fit the format."""
    names = [name.strip().lower() for name in header]
    described, bad = sheet.format, False
    for name in sorted({name for name in names if names.count(name) > 1}):
        bad = True
        problems.append(Problem(sheet.file, 1, name, name, "column_twice"))
    for column in described.columns:
        if column.name not in names and not column.is_optional:
            bad = True
            problems.append(Problem(sheet.file, 1, column.name, "", "column_missing"))
    if bad:
        return None
    places: list[tuple[int, Column]] = []
    for place, name in enumerate(names):
        column_or_none = described.column(name)
        if column_or_none is None and described.takes_any and name:
            column_or_none = Column(name, longest=400)
        if column_or_none is None:
            problems.append(Problem(sheet.file, 1, name, name, "column_unknown", Severity.WARNING))
        else:
            places.append((place, column_or_none))
            sheet.columns.add(name)
    return places


def _row(
    line: int, cells: list[str], places: list[tuple[int, Column]], sheet: Sheet, currency: str, problems: list[Problem]
) -> Row:
    values: dict[str, Any] = {}
    raw: dict[str, str] = {}
    is_bad = False
    for place, column in places:
        text = cells[place].strip()
        raw[column.name] = text
        code, params = None, {}
        if not text:
            values[column.name] = None
            code = "empty" if column.is_required else None
        else:
            try:
                values[column.name] = parse(column, text, currency)
            except BadCell as bad:
                code, params = bad.code, bad.params
        if code:
            is_bad = True
            problems.append(Problem(sheet.file, line, column.name, text[:200], code, params=tuple(params.items())))
    return Row(line, values, raw, is_bad)
