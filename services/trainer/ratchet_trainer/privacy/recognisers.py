"""What Presidio looks for here, and how. Imported by worker processes only: it loads spaCy.

Left out of what Presidio brings: what takes other numbers for its own (UK_NHS scores 1.0 on US phone numbers), dates
(deadlines are what action items are about), and all that needs a model of language.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

import spacy
import tldextract
from presidio_analyzer import AnalyzerEngine, PatternRecognizer, RecognizerRegistry
from presidio_analyzer.nlp_engine import NlpArtifacts, NlpEngine
from presidio_analyzer.predefined_recognizers import (
    CreditCardRecognizer,
    CryptoRecognizer,
    EmailRecognizer,
    IbanRecognizer,
    IpRecognizer,
    MacAddressRecognizer,
    PhoneRecognizer,
    UkNinoRecognizer,
    UrlRecognizer,
    UsBankRecognizer,
    UsItinRecognizer,
    UsPassportRecognizer,
    UsSsnRecognizer,
)

from ratchet_trainer.privacy.patterns import (
    ADDRESS,
    AT_HOME,
    CALLED_BY,
    CALLED_PASSPORT,
    ETHEREUM,
    IBANS,
    OTHER_CARDS,
    PASSPORTS,
    PHONES,
    SSN,
    WRITTEN_OTHERWISE,
)
from ratchet_trainer.privacy.spans import Span

LANGUAGE = "en"
SURE_ENOUGH = 0.35  # a weak pattern gets there by a word beside it, such as "passport"
PIECE, OVERLAP = 8_000, 300  # characters: Presidio's time grows with the square of what it finds in one text
_MAY_HOLD = re.compile(
    r"[\d@\uff20]|://|www\.|(?:[0-9a-f]{2}[:-]){5}|[\[(]at[\])]",
    re.IGNORECASE,
)  # else there is none of all these kinds
_NUMBERS = frozenset({"CREDIT_CARD", "PHONE", "SSN", "BANK_ACCOUNT", "TAX_NUMBER"})
_FRACTION = re.compile(r"\d[.,]\Z")  # before it: digits after a point are the rest of a figure
_FIGURE = re.compile(r"\d[.,]\d{5,}")  # all of it
# One sign for one, so that places stay: gaps that do not break, full width, dashes.
_PLAIN = dict.fromkeys((160, 8199, 8201, 8239, 12288), " ") | dict.fromkeys(range(8208, 8213), "-")
_PLAIN |= {wide: chr(wide - 0xFEE0) for wide in range(0xFF01, 0xFF5F)}
KINDS: Mapping[str, str] = {
    "EMAIL_ADDRESS": "EMAIL",
    "PHONE_NUMBER": "PHONE",
    "US_SSN": "SSN",
    "CREDIT_CARD": "CREDIT_CARD",
    "IBAN_CODE": "IBAN",
    "IP_ADDRESS": "IP",
    "MAC_ADDRESS": "MAC",
    "CRYPTO": "WALLET",
    "URL": "URL",
    "US_PASSPORT": "PASSPORT",
    "US_ITIN": "TAX_NUMBER",
    "US_BANK_NUMBER": "BANK_ACCOUNT",
    "UK_NINO": "NATIONAL_INSURANCE",
}


def find_private(text: str) -> list[Span]:
    """Places may overlap. However long the text is, all of it is looked at, piece by overlapping piece."""
    found = {span for start in range(0, max(len(text) - OVERLAP, 1), PIECE) for span in _in_piece(text, start)}
    return sorted(found, key=lambda span: (span.start, span.end))


def _in_piece(text: str, start: int) -> Iterator[Span]:
    if not _MAY_HOLD.search(text, start, start + PIECE + OVERLAP):
        return
    piece = text[start : start + PIECE + OVERLAP].translate(_PLAIN)
    for result in _analyzer().analyze(piece, LANGUAGE):
        kind = KINDS[result.entity_type]
        if kind not in _NUMBERS or not _is_figure(piece, result.start, result.end):
            yield Span(start + result.start, start + result.end, kind, result.score)


def _is_figure(text: str, start: int, end: int) -> bool:
    """As in 0.4111111111111111, whose digits look like a card's."""
    return bool(_FRACTION.search(text, max(start - 2, 0), start) or _FIGURE.fullmatch(text, start, end))


_ENDS_AS_A_HOST = re.compile(r"(?:\.[a-z]{2,}|@localhost)\Z", re.IGNORECASE)


class OfflineEmailRecognizer(EmailRecognizer):
    """Presidio's own fetches the list of public suffixes; this one takes the list that tldextract brings."""

    suffixes = tldextract.TLDExtract(cache_dir=None, suffix_list_urls=(), fallback_to_snapshot=True)

    def validate_result(self, pattern_text: str) -> bool:
        """Hosts of one's own network have no public suffix, and addresses there are a person's all the same."""
        return bool(self.suffixes(pattern_text).fqdn or _ENDS_AS_A_HOST.search(pattern_text))


class AnyIbanRecognizer(PatternRecognizer):
    """In small letters too, of whatever country: its check digits tell."""

    def validate_result(self, pattern_text: str) -> bool:
        plain = "".join(sign for sign in pattern_text.upper() if sign.isalnum())
        digits = "".join(str(int(sign, 36)) for sign in plain[4:] + plain[:4])
        return int(digits) % 97 == 1


class Words(NlpArtifacts):
    """A text's words, which Presidio asks for only where it has found something: making them is most of its work."""

    def __init__(self, text: str, engine: "Tokens") -> None:
        self._text, self._engine = text, engine

    def __getattr__(self, name: str) -> Any:
        """Asked for what is not there yet."""
        if name.startswith("_"):
            raise AttributeError(name)
        tokens = self._engine.words.make_doc(self._text)
        places, words = [token.idx for token in tokens], [token.lower_ for token in tokens]
        super().__init__([], tokens, places, words, self._engine, LANGUAGE)
        # A set: Presidio asks of each word around each finding whether it is among them, and of nothing else.
        vars(self)["keywords"] = frozenset(self.keywords)
        return getattr(self, name)


class Tokens(NlpEngine):
    """Words only: what Presidio needs to see "passport" beside a number. Needs no model."""

    def __init__(self) -> None:
        self.words = spacy.blank(LANGUAGE)

    def load(self) -> None:
        """Nothing to load."""

    def is_loaded(self) -> bool:
        return True

    def process_text(self, text: str, language: str) -> NlpArtifacts:  # noqa: ARG002  Presidio's signature
        return Words(text, self)

    def process_batch(self, texts: Iterable[str], language: str, *_: Any, **__: Any) -> Iterator[tuple[str, Any]]:
        return ((text, self.process_text(text, language)) for text in texts)

    def is_stopword(self, word: str, language: str) -> bool:  # noqa: ARG002
        return word not in CALLED_BY and bool(self.words.vocab[word].is_stop)  # "call" is one for spaCy

    def is_punct(self, word: str, language: str) -> bool:  # noqa: ARG002
        return bool(self.words.vocab[word].is_punct)

    def get_supported_entities(self) -> list[str]:
        return []

    def get_supported_languages(self) -> list[str]:
        return [LANGUAGE]


@cache
def _analyzer() -> AnalyzerEngine:
    """Once a process."""
    recognisers = [
        OfflineEmailRecognizer(patterns=[*EmailRecognizer.PATTERNS, WRITTEN_OTHERWISE, AT_HOME]),
        PhoneRecognizer(),
        PatternRecognizer("PHONE_NUMBER", patterns=list(PHONES), context=CALLED_BY),
        PatternRecognizer("US_SSN", patterns=[SSN]),
        AnyIbanRecognizer("IBAN_CODE", patterns=list(IBANS)),
        PatternRecognizer("US_PASSPORT", patterns=list(PASSPORTS), context=CALLED_PASSPORT),
        PatternRecognizer("CRYPTO", patterns=[ETHEREUM]),
        UsSsnRecognizer(),
        CreditCardRecognizer(patterns=[*CreditCardRecognizer.PATTERNS, OTHER_CARDS]),
        IbanRecognizer(),
        IpRecognizer(),
        MacAddressRecognizer(),
        CryptoRecognizer(),
        UrlRecognizer(patterns=[ADDRESS]),
        UsPassportRecognizer(),
        UsItinRecognizer(),
        UsBankRecognizer(),
        UkNinoRecognizer(),
    ]
    return AnalyzerEngine(
        registry=RecognizerRegistry(recognizers=recognisers, supported_languages=[LANGUAGE]),
        nlp_engine=Tokens(),
        supported_languages=[LANGUAGE],
        default_score_threshold=SURE_ENOUGH,
    )
