"""What a call of a tool was given, for who takes objects alone. Pure."""

import msgspec

_object = msgspec.json.Decoder(dict[str, msgspec.Raw])


def object_of(arguments: str | None) -> msgspec.Raw:
    """What a model wrote that is no object, such as half of one at the limit of its output, is history all the same: it
    stands in one.
    """
    if arguments is None or not arguments.strip():
        return msgspec.Raw(b"{}")
    try:
        _object.decode(arguments)
    except (msgspec.DecodeError, RecursionError):
        return msgspec.Raw(msgspec.json.encode({"arguments": arguments}))
    return msgspec.Raw(arguments.encode())
