"""Where a sentence ends, by rules: English, with the abbreviations and the days of German. Pure."""

from typing import Final

_MONTHS: Final = "Januar|Jänner|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember"
# Up to the blanks behind it: `12 Mio. Euro`, `am 31. Dezember 2025` and `im 3. Quartal` go on.
ENDS: Final = (
    r"(?<!Mio\.)(?<!Mrd\.)(?<!Tsd\.)(?<=[.!?])"
    rf"(?!(?<=\d\.)\s+(?:{_MONTHS}|Quartals?|Halbjahre?s?|Geschäftsjahre?s?|Tag|Platz)\b)\s+"
)
