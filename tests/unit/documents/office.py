"""Office files that the tests make, and make broken."""

import io
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

import docx
import openpyxl


def docx_of(write: Callable[[Any], None]) -> bytes:
    document = docx.Document()
    document.core_properties.title = ""
    write(document)
    held = io.BytesIO()
    document.save(held)
    return held.getvalue()


def xlsx_of(write: Callable[[Any], None]) -> bytes:
    book: Any = openpyxl.Workbook()
    write(book)
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def changed(file: bytes, parts: Mapping[str, Callable[[bytes], bytes]]) -> bytes:
    """The archive anew, with these parts changed; one that it lacks is made of nothing."""
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(file)) as old, zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as new:
        for name in {**dict.fromkeys(old.namelist()), **dict.fromkeys(parts)}:
            content = old.read(name) if name in old.namelist() else b""
            new.writestr(name, parts[name](content) if name in parts else content)
    return held.getvalue()
