import pytest

from ratchet_router.checking.refusal import refusal
from tests.unit.router.checking.subjects import failed, subject, warned

REFUSALS = (
    "I'm sorry, but I can't help with that.",
    "I\u2019m sorry, but I cannot assist with that request.",
    "Sorry, I can't do that.",
    "I apologize, but I cannot fulfill this request.",
    "As an AI language model, I am unable to provide medical advice.",
    "I'm unable to summarize this document because of what it contains.",
    "Unfortunately, I am not able to process this document.",
    "I must respectfully decline.",
    "I won't be able to help with this request.",
    "**I'm sorry**, I can not comply with this.",
    "I cannot open attachments or links.",
    "I am not comfortable answering this question.",
    "It looks like you haven't provided the text. Please share the text you would like me to summarize.",
    "Please provide the document you would like me to summarize.",
    "I don't see any document attached. Could you please share it?",
    "Es tut mir leid, aber dabei kann ich nicht helfen.",
    "Leider kann ich Ihnen dabei nicht weiterhelfen.",
    "Je suis désolé, mais je ne peux pas vous aider avec cela.",
    "Lo siento, pero no puedo ayudar con eso.",
    "Mi dispiace, ma non posso aiutarti con questa richiesta.",
    "Desculpe, mas não posso ajudar com isso.",
    "Het spijt me, maar daar kan ik niet mee helpen.",
    "申し訳ありませんが、そのご依頼にはお応えできません。",
    "抱歉，我无法协助处理这个请求。",
    "很抱歉，我无法完成该任务。",
    "This request violates my guidelines, so I can't summarize it.",
    "My guidelines prevent me from summarizing this document.",
    "I'm sorry, I don't have access to the document.",
    "I do not feel comfortable summarizing this.",
    "Вибачте, я не можу допомогти з цим запитом.",
    "Λυπάμαι, δεν μπορώ να βοηθήσω με αυτό.",
    "מצטער, אני לא יכול לעזור בבקשה הזו.",
    "ขออภัย ฉันไม่สามารถช่วยเหลือคำขอนี้ได้",
    "죄송하지만 도와드릴 수 없습니다.",
)
IN_STRUCTURE = (
    "I cannot provide that.",
    "As an AI, I cannot provide this summary.",
    "I'm unable to provide the information you requested.",
    "I can't share that information.",
    "No, I can't help with that.",
    "Sorry, but I'm not going to summarize that.",
    "As a language model I can't access documents.",
    "Tut mir leid, das kann ich nicht zusammenfassen.",
    "Diese Anfrage kann ich leider nicht bearbeiten.",
    "Leider bin ich nicht in der Lage, dieses Dokument zusammenzufassen.",
    "No puedo resumir este documento.",
    "Mi dispiace, non posso riassumere questo documento.",
    "Het spijt me, ik kan dit document niet samenvatten.",
    "Je ne suis pas en mesure de résumer ce document.",
    "Sorry, but I'm not going to summarize that. I'm unable to provide the information you requested.",
    "I cannot summarize this document.",
    "I can't process the text as it is.",
    "I'm unable to open the attached file.",
    "I cannot fulfill that request.",
    "I'm sorry, I can't provide a summary of this document.",
    "Desculpe, não posso resumir este documento.",
    "Não consigo ajudar com isso.",
    "Извините, я не могу обобщить этот документ.",
    "К сожалению, я не могу помочь с этим.",
    "Przepraszam, nie mogę podsumować tego dokumentu.",
    "Niestety nie mogę w tym pomóc.",
    "Tyvärr kan jag inte sammanfatta det här dokumentet.",
    "Jag kan tyvärr inte hjälpa till med det.",
    "Beklager, jeg kan ikke opsummere dette dokument.",
    "Desværre kan jeg ikke hjælpe med det.",
    "عذرًا، لا أستطيع تلخيص هذا المستند.",
    "لا يمكنني مساعدتك في ذلك.",
    "Üzgünüm, bu belgeyi özetleyemem.",
    "Maalesef bu konuda yardımcı olamam.",
    "क्षमा करें, मैं इस दस्तावेज़ का सारांश नहीं कर सकता।",
    "माफ़ कीजिए, मैं इसमें मदद नहीं कर सकता।",
    "Omlouvám se, ale nemohu tento dokument shrnout.",
    "Bohužel vám s tím nemohu pomoci.",
    "Xin lỗi, tôi không thể tóm tắt tài liệu này.",
    "Tôi không thể giúp bạn việc này.",
    "Maaf, saya tidak dapat merangkum dokumen ini.",
    "Saya tidak bisa membantu dengan permintaan itu.",
    "申し訳ありませんが、この文書を要約することはできません。",
    "この文書を要約することはできません。",
    "죄송합니다. 이 문서를 요약할 수 없습니다.",
    "이 요청은 처리할 수 없습니다.",
    "很抱歉，我无法总结这份文件。",
    "我无法提供此文档的摘要。",
    "作为AI，我无法帮助您完成这个请求。",
    "Lo siento, pero como modelo de lenguaje no puedo procesar este archivo.",
    "Je suis désolé. Je ne peux pas traiter ce document.",
    "Non sono in grado di riassumere il documento.",
)
ANSWERS = (
    "I cannot find a date in the text.",
    "The text does not say when the contract ends.",
    "I could not determine the total from the document.",
    "I can't tell from the text who attended.",
    "I cannot see a figure for 2020 in the table.",
    "I do not have information about the price in the text.",
    "I don't see any mention of risks in the document.",
    "Unfortunately, the delivery was late and the customer cancelled.",
    "I'm sorry to hear that the shipment was lost; the e-mail asks for a refund.",
    "Sorry for the delay: the team will deliver on Monday.",
    "The customer says: I cannot help with that.",
    "The supplier must decline orders above 500 units.",
    "Please provide the document to the auditor by Friday.",
    "- Please send the file to Ann",
    "Unable to agree on a price, both sides adjourned.",
    "Thank you for the update. The board approved the plan.",
    "I understand the question as one about revenue: it was $5m.",
    "I was not able to attend, Jim says; minutes follow.",
    "I can't do Monday, says Pat; the call moves to Tuesday.",
    "Leider kann der Lieferant nicht liefern.",
    "Je ne trouve pas de date dans le texte.",
    "No puedo encontrar la fecha en el texto.",
    "很遗憾，合同已经终止。",
    "Please send the document to legal so that I can sign it by Friday.",
    "Could you send the file to Tom so I can close the ticket?",
    "Unable to process the payment: card expired. The customer was told.",
    "I can't complete this by Friday, Tom warns; the release slips.",
    "I can't share that information, said the minister.",
    "I cannot open the file, Ann writes; Bob will send it again.",
    "Leider kann der Lieferant das Dokument nicht bearbeiten.",
    "Ich kann das nicht bearbeiten, sagt Frau Müller.",
    "Je ne peux pas faire cela avant lundi, dit Anne.",
    "No puedo encontrar la fecha en este documento.",
    "К сожалению, поставщик не может выполнить этот заказ.",
    "この契約では追加料金を請求することはできません。",
    "申し訳ないことに、納期が遅れました。",
    "我方无法提供此产品。",
    "公司无法按时完成这个项目。",
    "Nie można podsumować wyników tego kwartału.",
    "Non posso trovare la data in questo testo.",
    "Maaf, pengiriman terlambat.",
    "The team cannot provide the summary.",
    "I can't process refunds without a receipt, the clerk explains.",
    "Unable to provide the documents on time, the vendor lost the bid.",
    "죄송하다는 말과 함께 회사는 납기를 지킬 수 없다고 밝혔다.",
    "Please share the document with the team so I can summarize feedback.",
    "I do not see this in the text.",
    "I won't attend, Jim says.",
    "I can't access the building, reports Ann.",
    "I don't have access to the document server until Monday, Ann says.",
    "This goes against my advice, the lawyer wrote; the board signed.",
    "На жаль, постачальник не може виконати це замовлення.",
    "Δυστυχώς ο προμηθευτής δεν μπορεί να παραδώσει αυτό.",
    "לצערי הספק לא יכול לספק את זה לפני מאי.",
    "ขออภัยในความล่าช้า บริษัทไม่สามารถส่งเอกสารนี้ได้ทันเวลา",
)


@pytest.mark.parametrize("answer", REFUSALS)
def test_a_refusal_is_seen(answer: str) -> None:
    assert refusal(subject(answer)) is not None


@pytest.mark.parametrize("answer", IN_STRUCTURE)
def test_a_refusal_is_known_by_who_cannot_do_what(answer: str) -> None:
    assert refusal(subject(answer)) is not None


@pytest.mark.parametrize("answer", ANSWERS)
def test_what_the_text_does_not_say_is_no_refusal(answer: str) -> None:
    assert refusal(subject(answer)) is None


def test_who_goes_on_has_done_the_work_after_all() -> None:
    assert (
        refusal(subject("I can't give legal advice. " + "The contract ends in May, and both sides may leave. " * 30))
        is None
    )


def test_a_refusal_in_json_is_one_too() -> None:
    assert refusal(subject('{"summary": "I\'m sorry, but I can\'t help with that."}')) is not None


def test_a_chat_may_be_refused() -> None:
    assert failed(subject(REFUSALS[0], "qa")) == {"refusal"}
    assert not failed(subject(REFUSALS[0], "chat"))
    assert warned(subject(REFUSALS[0], "chat")) == {"refusal"}
