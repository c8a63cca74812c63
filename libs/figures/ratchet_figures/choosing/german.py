"""A German question, its words for measures and times put into the English ones that the rules read. Pure.

It is no translation: what the rules look for is put in place, and all else stays as it is.
"""

import re
from typing import Final

SAID: Final = "The question is taken for German: its words for measures and times are read, and no others."
FEWEST: Final = 2  # small words by which it is known
_GERMAN: Final = re.compile(
    r"\b(?:wie|welche[rnsm]?|der|das|dem|den|des|und|ist|im|wurden?|für|fuer|von|seit|mit|einen?|eine[rsm]?|hoch|betrug"
    r"|zwischen|jahr(?:e[ns]?)?|gegenüber|gegenueber|zum|zur|haben|unserer?|meine[srm]?|sich|bei|war)\b",
    re.I,
)
_ENGLISH: Final = re.compile(
    r"\b(?:the|of|what|how|did|and|with|for|does|were|which|from|to|is|our|my|between|since)\b", re.I
)
_MONTHS: Final = (
    *(("januar", "january"), ("februar", "february"), ("märz|maerz", "march"), ("april", "april"), ("mai", "may")),
    *(("juni", "june"), ("juli", "july"), ("august", "august"), ("september", "september"), ("oktober", "october")),
    *(("november", "november"), ("dezember", "december")),
)
_COUNTS: Final = (
    *(("zwei", "two"), ("drei", "three"), ("vier", "four"), ("fünf|fuenf", "five"), ("sechs", "six")),
    *(("sieben", "seven"), ("acht", "eight"), ("neun", "nine"), ("zehn", "ten"), ("zwölf|zwoelf", "twelve")),
)
_DAY: Final = r"(?P<day>\d{1,2})\.\s?(?P<month>\d{1,2})\.(?P<year>(?:19|20)\d\d)"
_WORDS: Final = tuple(
    (re.compile(rf"\b(?:{german})(?!\w)", re.I), english)
    for german, english in (
        ("risikolose[rnms]?", "risk-free"),
        ("risikofreie[rnms]?", "risk-free"),
        ("zins(?:satz)?(?:es)?\\s+von", "rate of"),
        ("zins(?:satz)?", "rate"),
        ("risikobereinigte[rnms]?", "risk-adjusted"),
        ("(?:jährliche[rnms]?|jaehrliche[rnms]?)\\s+rendite|rendite\\s+pro\\s+jahr|jahresrendite", "annualized return"),
        ("(?:gesamt)?renditen?|wertentwicklung|ertrag", "return"),
        (
            "(?:portfolio|depot|fonds)\\s+(?:\\w+\\s+){0,3}?(?:entwickelt|gelaufen|geschlagen|abgeschnitten)",
            "performance",
        ),
        ("(?:lief|läuft)\\s+(?:\\w+\\s+)?(?:portfolio|depot|fonds)", "performance"),
        ("schwankungs(?:breite|anfälligkeit)|schwankung(?:en)?|schwankte", "volatility"),
        ("volatilität|volatilitaet", "volatility"),
        (
            "(?:größter|groesster|maximaler|höchster|hoechster)\\s+(?:wert)?verlust|(?:maximale[rn]?\\s+)?rückgang",
            "drawdown",
        ),
        ("risiko|risiken|riskant", "risk"),
        ("verlustrisiko", "value at risk"),
        ("korrelation\\w*|korreliert\\w*", "correlation"),
        ("beigetragen|beitrag|beiträge|beitrug|trug\\w*", "contribution"),
        ("bruttomargen?", "gross margin"),
        ("(?:operative[rn]?|betriebs)\\s?-?margen?|ebit-?marge", "operating margin"),
        ("(?:netto|umsatz)(?:rendite|margen?)", "net margin"),
        ("margen?", "margin"),
        ("eigenkapital", "equity"),
        ("verschuldungsgrad", "debt to equity"),
        ("verschuldet|verschuldung", "leverage"),
        ("liquidität(?:sgrad)?|liquiditaet|liquide", "liquidity"),
        ("zinsdeckung(?:sgrad)?", "interest coverage"),
        ("umsatzwachstum", "revenue growth"),
        ("gewinnwachstum", "net income growth"),
        ("wachstum\\w*|gewachsen|wuchs(?:en)?|wächst|gestiegen|stieg(?:en)?|entwickelt\\w*|entwicklung", "growth"),
        ("umsätze|umsatz(?:erlöse)?|erlöse", "revenue"),
        ("betriebsergebnis(?:ses)?|operatives\\s+ergebnis", "operating income"),
        ("(?:netto|jahres)?(?:gewinne?s?|überschuss|ueberschuss)|reingewinn", "net income"),
        ("bilanzsumme", "total assets"),
        ("konfidenzniveau|niveau", "level"),
        ("prozent", "percent"),
        ("renditen?\\s+pro\\s+jahr|handelstagen?\\s+(?:im|pro)\\s+jahr", "trading days a year"),
        (
            "gegenüber|gegenueber|im\\s+vergleich\\s+(?:zu[mr]?|mit)|verglichen\\s+mit|gegen|relativ\\s+zu[mr]?",
            "against",
        ),
        ("vergleichsindex", "benchmark"),
        ("(?:im\\s+)?(?:letzten|vergangenen|vorigen)\\s+jahr(?:es)?|letztes\\s+jahr|vorjahr(?:es)?", "last year"),
        ("(?:im\\s+)?(?:letzten|vergangenen|vorigen)\\s+quartals?|letztes\\s+quartal", "last quarter"),
        ("(?:in\\s+)?diese[sm]\\s+jahr(?:es)?|laufende[sn]?\\s+jahr(?:es)?", "this year"),
        ("(?:den\\s+|der\\s+)?(?:letzten|vergangenen|letzte)", "last"),
        ("jahre[ns]?", "years"),
        ("monate[ns]?", "months"),
        ("wochen", "weeks"),
        ("tage[ns]?", "days"),
        ("quartale[ns]?", "quarters"),
        ("ersten?\\s+quartal", "first quarter"),
        ("zweiten?\\s+quartal", "second quarter"),
        ("dritten?\\s+quartal", "third quarter"),
        ("vierten?\\s+quartal", "fourth quarter"),
        ("ersten?\\s+halbjahr", "first half"),
        ("zweiten?\\s+halbjahr", "second half"),
        ("seit(?:\\s+(?:dem\\s+)?jahr)?", "since"),
        ("zwischen", "between"),
        ("vom?(?=\\s+(?:(?:jahr\\s+)?(?:19|20)\\d\\d|\\d{4}-))", "from"),
        ("bis(?:\\s+(?:zum|ende))?", "to"),
        ("nach(?=\\s+(?:19|20)\\d\\d)", "after"),
        ("vor(?=\\s+(?:19|20)\\d\\d)", "before"),
        ("und", "and"),
        *_MONTHS,
        *_COUNTS,
    )
)
_UNTIL: Final = re.compile(r"(?<!\d)(?<!\d\s)\bto(?=\s+(?:19|20)\d\d)")


def is_german(question: str) -> bool:
    """By its small words; what has as many English ones is English."""
    german = {found.casefold() for found in _GERMAN.findall(question)}
    return len(german) >= FEWEST and len(german) > len({one.casefold() for one in _ENGLISH.findall(question)})


def in_english(question: str) -> str:
    said = re.sub(_DAY, lambda found: f"{found['year']}-{int(found['month']):02}-{int(found['day']):02}", question)
    said = re.sub(r"(?<=\d),(?=\d{1,4}\s?(?:%|prozent))", ".", said, flags=re.I)
    for german, english in _WORDS:
        said = german.sub(english, said)
    return said if re.search(r"\b(?:between|from)\b", said) else _UNTIL.sub("until", said)
