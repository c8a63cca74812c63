import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratchet_monitor.drift.languages import UNKNOWN
from ratchet_monitor.drift.refusals import refuses
from ratchet_monitor.drift.texts import HEAD, TAIL, WORD, Measured, measured, words_of
from ratchet_monitor.drift.vocabulary import BUCKETS

KEY, BY = b"a key of the tests only", b"an answer"
SENTENCES = {
    "en": "The contract was sent to the customer, and it is not clear that they have signed it.",
    "de": "Der Vertrag wurde an den Kunden geschickt, und es ist nicht klar, ob er ihn schon hat.",
    "fr": "Le contrat est parti hier pour le client, mais nous ne savons pas ce qui est dans la boîte.",
    "es": "El contrato se envió a los clientes y no está claro que lo tengan, pero es una copia del otro.",
    "pt": "O contrato foi para os clientes e não é claro que o tenham, mas uma cópia está com o chefe.",
    "it": "Il contratto è stato spedito ma non è chiaro che gli altri lo abbiano, una copia è nella cartella.",
    "nl": "Het contract is niet op tijd verstuurd, maar de klant wordt er ook van op de hoogte gebracht.",
    "sv": "Avtalet skickades till kunden och det är inte klart att de har läst det som vi skrev från början.",
    "pl": "Umowa jest już u klienta, ale nie ma jej w systemie i do tego się to nie zmieni przez tydzień.",
    "tr": "Bu belge çok önemli bir sözleşme ve müşteri için daha uygun olan bir öneri de var.",
    "id": "Kontrak ini adalah milik kami dan tidak akan dikirim ke pelanggan yang lain untuk saat ini.",
    "ru": "Договор отправлен клиенту, но мы пока не знаем, подписал ли он его.",
    "el": "Η σύμβαση στάλθηκε στον πελάτη αλλά δεν ξέρουμε αν υπογράφηκε.",
    "ar": "تم إرسال العقد إلى العميل ولا نعرف إن كان قد وقعه.",
    "he": "החוזה נשלח ללקוח ואיננו יודעים אם הוא חתם עליו.",
    "hi": "अनुबंध ग्राहक को भेज दिया गया है पर हमें हस्ताक्षर नहीं मिला।",
    "th": "เราได้ส่งสัญญาไปให้ลูกค้าแล้ว",
    "ko": "계약서를 고객에게 보냈지만 아직 서명하지 않았습니다.",
    "ja": "契約書は顧客に送付しましたが、まだ署名されていません。",
    "zh": "合同已经发给客户,但是还没有签字。",
}


@pytest.mark.parametrize(("language", "text"), SENTENCES.items())
def test_languages_are_told_apart(language: str, text: str) -> None:
    assert measured(text * 3, KEY, BY).language == language


@pytest.mark.parametrize("text", ["", "   ", "12345 67.89", "x = f(y)", "zzz qqq www"])
def test_what_is_no_language_is_unknown(text: str) -> None:
    assert measured(text, KEY, BY).language == UNKNOWN


@pytest.mark.parametrize(
    "answer",
    [
        "I'm sorry, but I can't help with that.",
        "I\u2019m unable to provide medical advice.",
        "As an AI language model, I have no opinion.",
        "I must decline this request.",
        "That would be against our policies.",
        "Ich kann Ihnen dabei leider nicht helfen.",
        "Je ne peux pas vous aider avec cette demande.",
        "Lo siento, no puedo ayudar con eso.",
        "Não posso ajudar com isso.",
        "Mi dispiace, non posso aiutare.",
        "Ik kan je daar niet mee helpen, maar ik kan daar niet beantwoorden.",
    ],
)
def test_refusals_are_seen(answer: str) -> None:
    assert refuses(answer)


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "The vendor cannot help with installation before May.",
        "Action items: Maria writes to the bank.",
        "I can help with that.",
        "The policy of the company is described in section 4.",
        "x" * 500 + " I'm sorry, but I can't help with that.",
    ],
)
def test_what_only_sounds_like_it_is_none(answer: str) -> None:
    assert not refuses(answer)


def test_numbers_of_a_text() -> None:
    assert measured("One two, three. " * 10, KEY, BY).characters == 160
    assert measured("", KEY, BY) == Measured(0, UNKNOWN, None)
    assert measured(" ", KEY, BY) == Measured(1, UNKNOWN, None)


def test_of_a_long_text_the_beginning_and_the_end_are_read() -> None:
    head, tail = "der die das und ist nicht " * 100, " the end of it is that you have" * 40
    found = measured(head + "x" * 200_000 + tail, KEY, BY)
    assert found.characters == len(head) + 200_000 + len(tail)
    assert found.language == "de"
    assert found.word == measured(head[:HEAD] + " " + tail[-TAIL:], KEY, BY).word


@given(st.text(max_size=400), st.binary(max_size=16))
def test_nothing_of_the_text_is_left(text: str, by: bytes) -> None:
    """A length, a code and a number: whatever was written, the measure is made of numbers and names of ours."""
    found = measured(text, KEY, by)
    assert found.word is None or 0 <= found.word < BUCKETS
    assert found.language in {*SENTENCES, "da", UNKNOWN}


@pytest.mark.parametrize(
    "piece", ["word ", "a", "\u0301", "I'm " * 3, "i can't ", "ich kann ", "漢", "\ud800", "\u0660", "a b "]
)
def test_a_quarter_of_a_mebibyte_ends(piece: str) -> None:
    text = piece * (262_144 // len(piece))
    assert measured(text, KEY, BY).characters == len(text)
    assert refuses(text) in (True, False)


@given(st.text(st.characters(max_codepoint=127)) | st.text())
def test_words_of_plain_text_are_those_of_any_text(text: str) -> None:
    assert words_of(text) == WORD.findall(text)
