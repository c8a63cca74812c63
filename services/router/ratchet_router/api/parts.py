"""How the endpoints come by what they work with."""

from typing import Annotated

from fastapi import Depends, Request

from ratchet_router.parts import Parts


async def parts_of(request: Request) -> Parts:
    parts: Parts = request.app.state.parts
    return parts


TheParts = Annotated[Parts, Depends(parts_of)]
