"""The data of a server-sent event that passes on as it came: a provider may have written it in several lines."""


def data_lines(data: bytes) -> bytes:
    """All after `data: `. Each line bears the field's name, else clients take what follows the first for another."""
    return data.replace(b"\n", b"\ndata: ") if b"\n" in data else data
