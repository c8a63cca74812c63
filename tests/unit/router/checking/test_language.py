import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratchet_router.checking.language import FUNCTION_WORDS, language_of
from ratchet_router.checking.scripts import UNKNOWN
from ratchet_router.checking.subject import Passage
from tests.unit.router.checking.subjects import failed, subject

TEXTS = {
    "en": "The board has asked that the budget be sent to all of its members before the end of the week.",
    "de": "Der Vorstand hat darum gebeten, dass der Haushalt noch vor dem Ende der Woche an alle geschickt wird.",
    "fr": "Le conseil a demandé que le budget soit envoyé à tous les membres avant la fin de la semaine.",
    "es": "El consejo ha pedido que el presupuesto se envíe a todos los miembros antes de que termine esta semana.",
    "it": "Il consiglio ha chiesto che il bilancio sia inviato a tutti i membri prima della fine della settimana.",
    "pt": "O conselho pediu que o orçamento seja enviado a todos os membros até ao fim da semana, e não depois.",
    "nl": "Het bestuur heeft gevraagd om de begroting voor het einde van de week naar alle leden te sturen.",
    "sv": "Styrelsen har bett om att budgeten ska skickas till alla medlemmar före slutet av veckan och inte efter.",
    "da": "Bestyrelsen har bedt om at budgettet bliver sendt til alle medlemmer før ugen er slut, og ikke efter.",
    "pl": "Zarząd poprosił, aby budżet został wysłany do wszystkich członków przed końcem tygodnia, a nie po nim.",
    "tr": "Yönetim kurulu, bütçenin hafta sonundan önce gönderilmesini istedi, çünkü bu daha iyi ve başka bir yol yok.",
    "ru": "Правление попросило, чтобы бюджет был отправлен всем членам до конца недели, а не после того, как он будет.",
    "ja": "取締役会は、週末までに予算を全員に送るよう求めました。",
    "zh": "董事会要求在本周结束之前把预算发送给所有成员。",
    "ko": "이사회는 주말 전에 예산을 모든 위원에게 보내 달라고 요청했습니다.",
    "el": "Το συμβούλιο ζήτησε να σταλεί ο προϋπολογισμός σε όλα τα μέλη.",
    "ar": "طلب المجلس من الأعضاء أن يتم إرسال الميزانية إلى جميع الأعضاء في هذا الأسبوع أو بعد ذلك.",
}


@pytest.mark.parametrize("language", TEXTS)
def test_a_language_is_known_by_its_script_and_its_small_words(language: str) -> None:
    assert language_of(TEXTS[language]) == language


SHORT = {
    "ar": "ارتفعت الإيرادات بنسبة 12.5٪ لتصل إلى 3.4 مليون دولار.",
    "fa": "درآمد شرکت دوازده درصد افزایش یافت و بودجه تصویب شد.",
    "ur": "آمدنی میں اضافہ ہوا اور بورڈ نے بجٹ کی منظوری دی۔",
    "cs": "Společnost oznámila, že tržby ve třetím čtvrtletí vzrostly o 12 %. Vedení očekává další růst.",
    "pl": "Przychody wzrosły o 12,5%, a łączne koszty są niższe niż w zeszłym roku.",
    "vi": "Doanh thu tăng 12,5% lên 3,4 triệu đô la. Hội đồng đã phê duyệt ngân sách mới.",
    "ru": "Доходы выросли на 12,5 %, чтобы покрыть новые расходы.",
    "uk": "Дохід зріс на 12,5 %, і витрати її не змінилися.",
    "ta": "வருவாய் உயர்ந்தது, வாரியம் பட்ஜெட்டை அங்கீகரித்தது.",
    "bn": "রাজস্ব বেড়েছে এবং বোর্ড বাজেট অনুমোদন করেছে।",
    "ka": "შემოსავალი გაიზარდა და საბჭომ ბიუჯეტი დაამტკიცა.",
}


@pytest.mark.parametrize("language", SHORT)
def test_a_single_sentence_is_known_by_letters_that_one_language_has(language: str) -> None:
    assert language_of(SHORT[language]) == language
    assert failed(subject(SHORT[language], document=TEXTS["en"])) >= {"language"}


@pytest.mark.parametrize(
    "text",
    [
        "Príjmy spoločnosti vzrástli a rada schválila nový rozpočet, ktorý je vyšší ako minulý rok.",
        "Wałęsa, Świątek, Łukasiewicz, Żółkiewski, Dvořák, Jiří",
        "Приходи предузећа су порасли, а одбор је одобрио буџет за ову годину.",
        "الشرکة, report of the board, which was sent to all of its members in the week.",
    ],
)
def test_of_languages_that_are_not_known_and_of_names_no_other_is_said(text: str) -> None:
    assert language_of(text) in (UNKNOWN, "en")


@pytest.mark.parametrize(
    "text",
    ["", "12.5 %", "Ann Baker, Bob Miller, Northwind Traders", "Yes, on Friday.", f"{TEXTS['en']} {TEXTS['de']}"],
)
def test_of_little_of_names_and_of_halves_nothing_is_said(text: str) -> None:
    assert language_of(text) == UNKNOWN


def test_the_letters_between_the_digits_of_an_identifier_are_no_words() -> None:
    assert language_of("What was the volatility? a6c0a2c2a67d4acd4b887961e75af6") == UNKNOWN
    assert language_of("Et_la_le_de_du_des_les_un_une") == UNKNOWN


@given(st.sampled_from(list(TEXTS)), st.integers(1, 200), st.sampled_from(["upper", "title", "lower"]))
def test_however_long_and_in_whichever_case(language: str, times: int, case: str) -> None:
    assert language_of(getattr(TEXTS[language] + " ", case)() * times) in (language, UNKNOWN)


def test_an_answer_in_another_language_than_the_document_fails() -> None:
    assert failed(subject(TEXTS["de"], document=TEXTS["en"])) == {"language"}
    assert failed(subject(TEXTS["en"], document="", context=(Passage(TEXTS["fr"]),))) == {"language"}
    assert not failed(subject(TEXTS["de"], document=TEXTS["de"]))


def test_the_language_that_was_asked_for_goes_before_the_documents() -> None:
    assert not failed(subject(TEXTS["de"], document=TEXTS["en"], language="de-CH"))
    assert not failed(subject(TEXTS["da"], document=TEXTS["en"], language="nb"))
    assert failed(subject(TEXTS["en"], document=TEXTS["en"], language="de")) == {"language"}
    assert not failed(subject(TEXTS["en"], document=TEXTS["de"], language="et"))


@pytest.mark.parametrize("question", ["Fasse auf Deutsch zusammen.", "Summarise it in German, please."])
def test_a_question_may_name_the_language_of_its_answer(question: str) -> None:
    assert not failed(subject(TEXTS["de"], document=TEXTS["en"], question=question))
    assert not failed(subject(TEXTS["en"], document=TEXTS["en"], question=question))  # it may be about the language
    assert failed(subject(TEXTS["fr"], document=TEXTS["en"], question=question)) == {"language"}
    assert not failed(subject(TEXTS["fr"], document=TEXTS["en"], question=f"{question} And in French."))


def test_a_question_may_be_answered_in_its_own_language() -> None:
    assert not failed(subject(TEXTS["de"], "qa", document=TEXTS["en"], question=TEXTS["de"]))


def test_no_language_has_a_word_twice() -> None:
    lists = tomllib.loads(FUNCTION_WORDS.read_text(encoding="utf-8"))
    assert [name for name, words in lists.items() if len(set(words.split())) < len(words.split())] == []
