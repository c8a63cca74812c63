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
    "죄송하지만 도와드릴 수 없습니다.",
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
)


@pytest.mark.parametrize("answer", REFUSALS)
def test_a_refusal_is_seen(answer: str) -> None:
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
