"""Texts of several languages, in what programs wrote them before there was UTF-8; sentences of our own."""

import random

import pytest

from ratchet_documents.encodings import likeliest
from ratchet_documents.parsed import text_of
from ratchet_documents.refusal import RefusedError
from tests.unit.documents.conftest import Read

TEXTS = {
    "ru": "Отчёт,Дата\nСовет утвердил бюджет завода,12\nСклад в Казани закрыт,7\n",
    "uk": "Звіт,Дата\nРада затвердила бюджет заводу,12\nЇхній склад у Львові,7\n",
    "el": "Έκθεση,Ημερομηνία\nΤο συμβούλιο ενέκρινε τον προϋπολογισμό,12\n",
    "he": "דוח,תאריך\nהמועצה אישרה את התקציב של המפעל,12\nהמחסן בחיפה נסגר,7\n",
    "ar": "تقرير,تاريخ\nوافق المجلس على ميزانية المصنع,12\n",
    "ja": "報告書,日付\n取締役会は工場の予算を承認した,12\n大阪の倉庫は閉鎖,7\n",
    "zh": "报告,日期\n董事会批准了工厂的预算,12\n上海的仓库已经关闭,7\n",
    "zt": "報告,日期\n董事會批准了工廠的預算,12\n臺北的倉庫已經關閉,7\n",
    "ko": "보고서,날짜\n이사회는 공장 예산을 승인했다,12\n부산 창고는 문을 닫았다,7\n",
    "pl": "Sprawozdanie,Dzień\nRada zatwierdziła budżet zakładu,12\nMagazyn w Łodzi zamknięto,7\n",
    "cs": "Zpráva,Den\nRada schválila rozpočet závodu,12\nSklad v Plzni byl uzavřen,7\n",
    "hu": "Jelentés,Dátum\nA tanács jóváhagyta az üzem költségvetését,12\nGyőrben bezárt a raktár,7\n",
    "tr": "Rapor,Gün\nKurul fabrikanın bütçesini onayladı,12\nİzmir'deki depo kapandı; ağır yük,7\n",
    "de": "Bericht,Tag\nDer Aufsichtsrat hat das Budget für Köln bestätigt,12\nDas Lager in Gießen schließt,7\n",
    "fr": "Rapport,Journée\nLe conseil a approuvé le budget de l’usine,12\nL’entrepôt de Nîmes a fermé dès août,7\n",
    "es": "Informe,Día\nEl consejo aprobó el presupuesto de la fábrica,12\nEl almacén de Logroño cerró,7\n",
    "pt": "Relatório,Dia\nO conselho aprovou o orçamento da fábrica,12\nO armazém de São João fechou,7\n",
    "da": "Rapport,År\nBestyrelsen godkendte fabrikkens budget,12\nLageret i Århus er lukket; værre på Ærø,7\n",
    "en": "Report,Cost\nThe board’s “final” budget – for Zoë’s café,£12\n",
}
WRITTEN = [
    *(("ru", one) for one in ("cp1251", "koi8-r", "cp866")),
    *(("uk", "cp1251"), ("el", "cp1253"), ("he", "cp1255"), ("ar", "cp1256")),
    *(("ja", "cp932"), ("ja", "euc-jp"), ("zh", "gb18030"), ("zt", "big5"), ("ko", "cp949")),
    *(("pl", "cp1250"), ("pl", "iso8859-2"), ("cs", "cp1250"), ("hu", "cp1250"), ("tr", "cp1254")),
    *(("de", "cp1252"), ("de", "cp850"), ("de", "mac-roman"), ("fr", "cp1252"), ("fr", "mac-roman")),
    *(("es", "cp1252"), ("es", "cp850"), ("pt", "cp1252"), ("da", "cp1252"), ("en", "cp1252")),
]


@pytest.mark.parametrize(("language", "encoding"), WRITTEN)
@pytest.mark.parametrize("times", [1, 40])
def test_a_short_table_is_read_as_it_was_written_and_that_is_said(
    read: Read, language: str, encoding: str, times: int
) -> None:
    parsed = read("a.csv", (TEXTS[language] * times).encode(encoding))
    shown = " ".join(text_of(block) for _, block in parsed.blocks())
    assert shown.split() == TEXTS[language].replace(",", " ").split() * times
    assert "is taken for" in parsed.assumptions[0]


@pytest.mark.parametrize("language", ["ru", "ja", "fr", "he"])
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_known_by_its_empty_bytes(read: Read, language: str, encoding: str) -> None:
    parsed = read("a.csv", TEXTS[language].encode(encoding))
    assert text_of(parsed.pages[0].blocks[0]).split() == TEXTS[language].replace(",", " ").split()
    assert encoding.upper() in parsed.assumptions[0]


def test_letters_that_are_of_no_language_are_refused_and_not_made_up(read: Read) -> None:
    noise = bytes(random.Random(7).choices(range(0x80, 0x100), k=400))
    assert likeliest(noise) is None
    with pytest.raises(RefusedError) as refused:
        read("a.csv", b"a,b\n" + noise)
    assert refused.value.type == "unknown_encoding"


def test_a_few_strange_letters_in_a_table_of_figures_do_not_keep_it_from_being_read(read: Read) -> None:
    parsed = read("a.csv", b"Region,Sales\n" + b"North,120\n" * 50 + b"\xf7\xb3 South,80\n")
    assert "cp1252" in parsed.assumptions[0]


def test_what_is_telling_may_stand_behind_much_that_is_not(read: Read) -> None:
    parsed = read("a.csv", b"Region,Sales\n" * 20_000 + TEXTS["ru"].encode("cp1251"))
    assert "Склад в Казани закрыт" in text_of(parsed.pages[0].blocks[0])


def test_signs_of_the_east_that_are_others_elsewhere_too_are_said(read: Read) -> None:
    """Kanji without kana: the same bytes are signs of Korean and of Chinese."""
    parsed = read("a.txt", ("東京都千代田区" * 3).encode("euc-jp"))
    [said] = [one for one in parsed.assumptions if "no UTF-8" in one]
    assert "euc_jp" in said
    assert "as another text: save it as UTF-8" in said
    kana = read("a.txt", "東京のうりあげはすこしふえました。".encode("euc-jp") * 3)
    assert "taken for euc_jp" in kana.assumptions[0]
