"""The title that a DOCX or an XLSX says it has."""

import zipfile

from ratchet_documents.collecting import cleaned
from ratchet_documents.limits import Account
from ratchet_documents.zips import elements

_PROPERTIES = "docProps/core.xml"
_TITLE = "{http://purl.org/dc/elements/1.1/}title"
_NONE = frozenset(("", "untitled", "word document", "microsoft word document"))  # what programs write for none


def title_of(archive: zipfile.ZipFile, account: Account) -> str:
    """Empty where it says none. Raises RefusedError."""
    if _PROPERTIES not in archive.namelist():
        return ""
    with archive.open(_PROPERTIES) as part:
        for element in elements(part, account, lambda element, _: bool(element.tag == _TITLE)):
            title = cleaned((element.text or "")[:1000])
            return "" if title.casefold() in _NONE else title
    return ""
