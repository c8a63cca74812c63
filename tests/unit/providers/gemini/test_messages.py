"""A chat's messages as Google's contents."""

from typing import Any

import msgspec
import pytest

from ratchet_providers.gemini.request import body_of
from tests.unit.providers.gemini.rig import asked, refusal, sent

CALL = "messages[0].tool_calls[0]"
PIXEL = "data:image/png;base64,AA=="


def call(name: str, arguments: str, call_id: str, signature: str = "") -> dict[str, Any]:
    made = {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}
    return made | ({"extra_content": {"google": {"thought_signature": signature}}} if signature else {})


def result(call_id: str, content: Any) -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": call_id, "content": content}


def test_speakers_and_instructions_stand_apart() -> None:
    messages = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "When?"},
        {"role": "user", "content": [{"type": "text", "text": "And where?"}]},
        {"role": "assistant", "content": "On Monday."},
        {"role": "developer", "content": "In German."},
        {"role": "user", "content": "Where?"},
    ]
    assert sent(asked(messages=messages)) == {
        "systemInstruction": {"parts": [{"text": "Be brief."}, {"text": "In German."}]},
        "contents": [
            {"role": "user", "parts": [{"text": "When?"}, {"text": "And where?"}]},
            {"role": "model", "parts": [{"text": "On Monday."}]},
            {"role": "user", "parts": [{"text": "Where?"}]},
        ],
    }


def test_instructions_alone_are_said_by_the_user() -> None:
    said = sent(asked(messages=[{"role": "system", "content": "Tell a joke."}]))
    assert said == {"contents": [{"role": "user", "parts": [{"text": "Tell a joke."}]}]}


@pytest.mark.parametrize("messages", [[], [{"role": "user", "content": ""}], [{"role": "assistant", "content": None}]])
def test_nobody_saying_anything_is_refused(messages: Any) -> None:
    assert "says nothing" in refusal(messages=messages).detail


def test_calls_and_their_results_in_the_order_of_the_calls() -> None:
    messages = [
        {"role": "user", "content": "Weather?"},
        {
            "role": "assistant",
            "content": "I look.",
            "tool_calls": [call("weather", '{"city": "Bern", "n": 1.50}', "a"), call("weather", "", "b")],
        },
        result("b", "cold"),
        result("a", '{"degrees": 3.0}'),
        {"role": "user", "content": "Thanks."},
    ]
    assert sent(asked(messages=messages))["contents"][1:] == [
        {
            "role": "model",
            "parts": [
                {"text": "I look."},
                {"functionCall": {"name": "weather", "args": {"city": "Bern", "n": 1.5}, "id": "a"}},
                {"functionCall": {"name": "weather", "args": {}, "id": "b"}},
            ],
        },
        {
            "role": "user",
            "parts": [
                {"functionResponse": {"name": "weather", "response": {"degrees": 3.0}, "id": "a"}},
                {"functionResponse": {"name": "weather", "response": {"output": "cold"}, "id": "b"}},
            ],
        },
        {"role": "user", "parts": [{"text": "Thanks."}]},
    ]


def test_vertex_matches_calls_without_ids() -> None:
    messages = [{"role": "assistant", "tool_calls": [call("f", "{}", "a")]}, result("a", "x")]
    assert '"id"' not in body_of(asked(messages=messages), ids=False).decode()


def test_numbers_in_arguments_stay_as_they_were_written() -> None:
    messages = [{"role": "assistant", "tool_calls": [call("f", '{"n":1e2,"big":12345678901234567890123}', "a")]}]
    assert b'{"n":1e2,"big":12345678901234567890123}' in body_of(asked(messages=messages), ids=True)


@pytest.mark.parametrize("content", ["[1,2]", "7", "not json", '{"broken', ""])
def test_a_result_that_is_no_object_is_an_output(content: str) -> None:
    messages = [{"role": "assistant", "tool_calls": [call("f", "{}", "a")]}, result("a", content)]
    response = sent(asked(messages=messages))["contents"][1]["parts"][0]["functionResponse"]
    assert response == {"name": "f", "response": {"output": content}, "id": "a"}


def test_a_result_may_show_pictures() -> None:
    parts = [{"type": "text", "text": "here"}, {"type": "image_url", "image_url": {"url": PIXEL}}]
    messages = [{"role": "assistant", "tool_calls": [call("f", "{}", "a")]}, result("a", parts)]
    response = sent(asked(messages=messages))["contents"][1]["parts"][0]["functionResponse"]
    assert response["response"] == {"output": "here"}
    assert response["parts"] == [{"inlineData": {"mimeType": "image/png", "data": "AA=="}}]


@pytest.mark.parametrize(
    ("messages", "field"),
    [
        ([result("gone", "x")], "messages[0].tool_call_id"),
        ([{"role": "assistant", "tool_calls": [call("", "{}", "a")]}], CALL),
        ([{"role": "wizard", "content": "x"}], "messages[0].role"),
        ([{"role": "user", "content": [{"type": "smell"}]}], "messages[0].content[0].type"),
        ([{"role": "user", "content": [{"type": "text", "text": 7}]}], "messages[0].content[0]"),
        ([{"role": "user", "content": 7}], "messages[0].content"),
        ([{"content": "x"}], "messages[0]"),
    ],
)
def test_what_is_wrong_with_a_message_is_named(messages: Any, field: str) -> None:
    error = refusal(messages=messages)
    assert error.said is not None
    assert (error.said.param, error.detail.startswith(field)) == (field, True)


def test_what_people_wrote_is_in_no_refusal() -> None:
    secret = "hunter2"
    for messages in (
        [{"role": secret, "content": secret}],
        [{"role": "user", "content": [{"type": secret, "text": secret}]}],
        [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": secret}}]}],
        [{"role": "assistant", "tool_calls": [call("", secret, "a")]}],
    ):
        error = refusal(messages=messages)
        assert secret not in f"{error} {error.said}"


@pytest.mark.parametrize(
    ("part", "kind"),
    [
        ({"type": "image_url", "image_url": {"url": PIXEL, "detail": "low"}}, "image/png"),
        ({"type": "image_url", "image_url": "data:image/jpg;base64,AA=="}, "image/jpeg"),
        ({"type": "input_audio", "input_audio": {"data": "AA==", "format": "wav"}}, "audio/wav"),
        ({"type": "file", "file": {"file_data": "data:application/pdf;base64,AA=="}}, "application/pdf"),
        ({"type": "file", "file": {"file_data": "AA==", "filename": "a.CSV"}}, "text/csv"),
    ],
)
def test_what_comes_with_its_bytes_goes_inline(part: Any, kind: str) -> None:
    messages = [{"role": "user", "content": [{"type": "text", "text": "See."}, part]}]
    _, found = sent(asked(messages=messages))["contents"][0]["parts"]
    assert found == {"inlineData": {"mimeType": kind, "data": "AA=="}}


@pytest.mark.parametrize(
    ("part", "becomes"),
    [
        ({"type": "image_url", "image_url": {"url": "https://x/a.PNG?w=1"}}, ("https://x/a.PNG?w=1", "image/png")),
        ({"type": "image_url", "image_url": {"url": "gs://b/a"}}, ("gs://b/a", "image/jpeg")),
        ({"type": "video_url", "video_url": {"url": "https://x/a.webm"}}, ("https://x/a.webm", "video/webm")),
        ({"type": "file", "file": {"file_id": "https://g/files/7"}}, ("https://g/files/7", "application/pdf")),
    ],
)
def test_what_comes_by_its_address_goes_by_it(part: Any, becomes: tuple[str, str]) -> None:
    (found,) = sent(asked(messages=[{"role": "user", "content": [part]}]))["contents"][0]["parts"]
    assert found == {"fileData": {"fileUri": becomes[0], "mimeType": becomes[1]}}


@pytest.mark.parametrize("url", ["ftp://x/a.png", "data:image/png,raw", "data:image/png;base64", "http://[", "a.png"])
def test_an_address_that_google_cannot_follow_is_refused(url: str) -> None:
    refusal(messages=[{"role": "user", "content": [{"type": "image_url", "image_url": {"url": url}}]}])


def test_a_signature_goes_back_where_it_came_from() -> None:
    messages = [
        {"role": "user", "content": "Weather?"},
        {
            "role": "assistant",
            "content": "I look.",
            "extra_content": {"google": {"thought_signature": "T"}},
            "tool_calls": [call("f", "{}", "a", "S"), call("f", "{}", "b")],
        },
    ]
    for model in ("gemini-2.5-flash", "gemini-3-pro"):
        assert sent(asked(model=model, messages=messages))["contents"][1]["parts"] == [
            {"text": "I look.", "thoughtSignature": "T"},
            {"functionCall": {"name": "f", "args": {}, "id": "a"}, "thoughtSignature": "S"},
            {"functionCall": {"name": "f", "args": {}, "id": "b"}},
        ]


def test_a_turn_that_another_model_made_is_marked_for_models_that_want_signatures() -> None:
    messages = [{"role": "assistant", "tool_calls": [call("f", "{}", "a"), call("g", "{}", "b")]}]
    signed = {
        model: [
            "thoughtSignature" in part for part in sent(asked(model=model, messages=messages))["contents"][0]["parts"]
        ]
        for model in ("gemini-2.5-pro", "gemini-3-pro-preview", "gemini-3.1-flash-lite")
    }
    assert signed == {
        "gemini-2.5-pro": [False, False],
        "gemini-3-pro-preview": [True, False],
        "gemini-3.1-flash-lite": [True, False],
    }


@pytest.mark.parametrize(
    "extra", [None, {}, {"google": None}, {"google": {"thought_signature": 7}}, {"other": {"x": 1}}]
)
def test_what_is_no_signature_is_none(extra: Any) -> None:
    messages = [{"role": "assistant", "content": "x", "extra_content": extra}]
    assert sent(asked(messages=messages))["contents"] == [{"role": "model", "parts": [{"text": "x"}]}]


def test_going_on_is_a_last_turn_of_the_model_within_what_is_left() -> None:
    said = sent(asked(so_far="We ship on ", fields={"max_tokens": 10}))
    assert said["contents"][-1] == {"role": "model", "parts": [{"text": "We ship on "}]}
    assert said["generationConfig"] == {"maxOutputTokens": 7}


def test_long_prompts_and_many_messages_take_no_time_to_speak_of() -> None:
    turns: list[Any] = [{"role": "user", "content": "x" * 2_000_000}]
    for number in range(3_333):
        turns.append({"role": "assistant", "tool_calls": [call("f", '{"a": 1}', f"c{number}")]})
        turns.append(result(f"c{number}", "y"))
        turns.append({"role": "user", "content": "and?"})
    raw = msgspec.Raw(msgspec.json.encode(turns))
    assert len(sent(asked(messages=raw))["contents"]) == 1 + 3 * 3_333
