"""What a page is made of, whatever it is written in. All texts are plain: each page escapes them in its own way."""

from msgspec import Struct


class Part(Struct, frozen=True):
    """A piece of text; with `mark`, a reference to what stands under it: its text is then empty."""

    text: str = ""
    mark: str = ""


class Heading(Struct, frozen=True, tag="heading", tag_field="kind"):
    text: str
    level: int = 2


class Text(Struct, frozen=True, tag="text", tag_field="kind"):
    """A paragraph."""

    parts: tuple[Part, ...]


class Items(Struct, frozen=True, tag="items", tag_field="kind"):
    texts: tuple[str, ...]


class Rows(Struct, frozen=True, tag="rows", tag_field="kind"):
    """A table. Without a head each row is a name and what it is."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    marks: tuple[str, ...] = ()


class Entry(Struct, frozen=True, tag="entry", tag_field="kind"):
    """What stands under a mark: what it is, the words that are quoted, and more on it."""

    mark: str
    text: str
    quote: str = ""
    lines: tuple[str, ...] = ()


class Picture(Struct, frozen=True, tag="picture", tag_field="kind"):
    """The plot of this number, from 0, and what it shows in words."""

    plot: int
    title: str
    told: str


Block = Heading | Text | Items | Rows | Entry | Picture
