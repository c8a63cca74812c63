"""Office files are zip archives of XML: what is inside is looked at before anything is inflated."""

import errno
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from lxml import etree

from ratchet_documents.limits import Account
from ratchet_documents.refusal import RefusedError

SMALL = 1024 * 1024  # what inflates to less is no bomb, whatever its ratio
BROKEN = "The file is cut off or damaged: make it anew, or send it again."
UNSAFE = "The file declares entities or a document type in its XML, which no program for it does."
_UNSAFE = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
_HEAD = 64 * 1024
_OFTEN = 1_000  # elements
_METHODS = frozenset((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))  # that the standard of Office files allows


def entries_of(path: Path, account: Account) -> frozenset[str]:
    """The names inside. Raises RefusedError for too many entries, and for what would inflate to too much.

    The sizes are those that the archive declares: Python's zipfile stops at them, whatever comes after.
    """
    with opened(path) as archive:
        entries = archive.infolist()
    limits = account.limits
    if len(entries) > limits.zip_entries:
        raise RefusedError("zip_bomb", f"The file has more than {limits.zip_entries:,} parts inside.")
    if (total := sum(entry.file_size for entry in entries)) > limits.inflated:
        raise RefusedError(
            "zip_bomb", f"The file inflates to {total:,} bytes, and at most {limits.inflated:,} are taken."
        )
    for entry in entries:
        if entry.flag_bits & 1:
            raise RefusedError("encrypted", "The file is encrypted: save it without a password.")
        if entry.compress_type not in _METHODS:
            raise RefusedError("broken", BROKEN)
        if entry.file_size > SMALL and entry.file_size > limits.ratio * max(entry.compress_size, 1):
            raise RefusedError("zip_bomb", f"A part of the file inflates to more than {limits.ratio:,} times its size.")
    return frozenset(entry.filename for entry in entries)


@contextmanager
def opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """Raises RefusedError where the archive, or a part that is read of it, is damaged, and OSError of the disk."""
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, UnicodeDecodeError):
        raise RefusedError("broken", BROKEN) from None
    except OSError as error:
        # No disk says it: zipfile does of a part that begins before its file, and openpyxl of a book that lacks one.
        if error.errno in (None, errno.EINVAL):
            raise RefusedError("broken", BROKEN) from None
        raise


def refuse_unsafe(archive: zipfile.ZipFile) -> None:
    """No XML of Office has a document type; where one stands, it is there for its entities. Raises RefusedError."""
    for entry in archive.infolist():
        if not entry.filename.casefold().endswith((".xml", ".rels", ".vml")):
            continue
        with archive.open(entry) as part:
            head = part.read(_HEAD)
        if _UNSAFE.search(head.replace(b"\x00", b"")):  # in UTF-16, too
            raise RefusedError("unsafe_xml", UNSAFE)


def elements(
    part: IO[bytes], account: Account, wanted: Callable[[etree._Element, int], bool]
) -> Iterator[etree._Element]:
    """Those that are wanted (told with their depth; the root has 1), each as soon as it is whole, and forgotten after.

    None may stand inside another. Raises RefusedError, also where too many are held until one is whole.
    """
    begun: list[int] = []  # of each that is open: how many had begun before it
    count = forgotten = 0
    try:
        # lxml's own bounds on depth and on the size of one text hold, too: `huge_tree` is off.
        steps = etree.iterparse(
            part,
            events=("start", "end"),
            resolve_entities=False,
            no_network=True,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        for step, element in steps:
            if step == "start":
                begun.append(count)
                count += 1
                if count % _OFTEN == 0:
                    account.elements(count - forgotten)
                account.depth(len(begun))
                if len(begun) == 1 and element.getroottree().docinfo.doctype:  # behind more than `refuse_unsafe` reads
                    raise RefusedError("unsafe_xml", UNSAFE)
                continue
            before = begun.pop()
            if wanted(element, len(begun) + 1):
                account.in_time()
                yield element
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
                forgotten += count - before
    except etree.XMLSyntaxError as error:
        if "depth" in str(error):
            raise RefusedError("too_deep", "The elements of the document are nested too deep.") from None
        raise RefusedError("broken", BROKEN) from None
