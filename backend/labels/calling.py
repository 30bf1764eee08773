"""One HTTP request of a driver: bounded in time and size, its failures told apart by whether it may have arrived.

Nothing of the request stands in an error, for its address, headers and body may hold a secret.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import httpx

from backend.labels.port import AnswerMalformed, AnswerMissing, GatewayUnreachable, Sleep

ANSWER_WITHIN_S = 10.0
T = TypeVar("T")


async def call(
    client: httpx.AsyncClient, request: httpx.Request, sleep: Sleep, *, within_s: float, bytes_max: int
) -> httpx.Response:
    """The answer, whatever its status. Raises GatewayUnreachable (it did not arrive), AnswerMissing (it may have) or
    AnswerMalformed (the answer is too long)."""
    try:
        return await within(sleep, within_s, _exchange(client, request, bytes_max))
    except TimeoutError:
        raise AnswerMissing(f"no answer within {within_s:g} s") from None
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        raise GatewayUnreachable(f"no connection: {type(error).__name__}") from None
    except httpx.HTTPError as error:
        raise AnswerMissing(f"no answer: {type(error).__name__}") from None
    except httpx.InvalidURL:
        raise GatewayUnreachable("no connection: the address is not one") from None


async def within(sleep: Sleep, seconds: float, work: Coroutine[Any, Any, T]) -> T:
    """What `work` gives, or TimeoutError; by the driver's own sleep, which is a virtual one in tests."""
    working = asyncio.ensure_future(work)
    timing = asyncio.ensure_future(_timer(sleep, seconds))
    try:
        await asyncio.wait((working, timing), return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise TimeoutError
        return working.result()
    finally:
        working.cancel()
        timing.cancel()
        await asyncio.gather(working, timing, return_exceptions=True)


async def sleep_or_wake(sleep: Sleep, seconds: float, wake: asyncio.Event) -> None:
    """Until the time is over or somebody has set `wake`, whichever comes first; clears it."""
    try:
        await within(sleep, seconds, wake.wait())
    except TimeoutError:
        pass
    finally:
        wake.clear()


async def _exchange(client: httpx.AsyncClient, request: httpx.Request, bytes_max: int) -> httpx.Response:
    answer = await client.send(request, stream=True)
    try:
        content = bytearray()
        async for piece in answer.aiter_bytes():
            content += piece
            if len(content) > bytes_max:
                raise AnswerMalformed(f"an answer of more than {bytes_max} bytes")
    finally:
        await answer.aclose()
    return httpx.Response(answer.status_code, headers=_plain(answer.headers), content=bytes(content), request=request)


def _plain(headers: httpx.Headers) -> list[tuple[str, str]]:
    """The content is unpacked by now; these would have it unpacked again."""
    packing = {"content-encoding", "content-length", "transfer-encoding"}
    return [(name, value) for name, value in headers.multi_items() if name.lower() not in packing]


async def _timer(sleep: Sleep, seconds: float) -> None:
    await sleep(seconds)
