from ratchet_common.problems import invalid


def test_what_our_own_checks_say_stands_without_pydantics_words_before_it() -> None:
    error = {"type": "value_error", "msg": "Value error, it says nothing", "loc": ("body", "comments")}
    assert invalid([error], {"comments": ""}).detail == "comments: it says nothing"
