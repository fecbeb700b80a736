"""A small HTTP/1.1 client that keeps its connection: light, so that what is measured is the server."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Final, Self

TIMEOUT_S: Final = 60.0
"""Longest wait for one answer; then the run ends with an error."""


class Connection:
    """One connection to a server on this machine; an async context manager.

    Args:
        port: On 127.0.0.1.
        path: Where everything is posted to.
        headers: Lines sent with every request, without line ends.
    """

    def __init__(self, port: int, path: str, headers: Sequence[str] = ()) -> None:
        self._port = port
        lines = [f"POST {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Content-Type: application/json", *headers]
        self._head = ("\r\n".join(lines) + "\r\nContent-Length: ").encode()

    async def __aenter__(self) -> Self:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._writer.close()
        await self._writer.wait_closed()

    async def post(self, body: bytes) -> tuple[int, bytes]:
        """Send one body.

        Returns:
            Status and body of the answer.

        Raises:
            TimeoutError: No answer within TIMEOUT_S.
            asyncio.IncompleteReadError: The server closed the connection.
        """
        self._writer.write(self._head + str(len(body)).encode() + b"\r\n\r\n" + body)
        async with asyncio.timeout(TIMEOUT_S):
            head = await self._reader.readuntil(b"\r\n\r\n")
            status = int(head[9:12])
            fields = head.lower()
            at = fields.find(b"\r\ncontent-length:")
            if at < 0:
                raise ValueError("The answer does not say how long it is.")
            length = int(fields[at + 17 : fields.index(b"\r\n", at + 2)])
            return status, await self._reader.readexactly(length) if length else b""


@dataclass
class Load:
    """What came back.

    Attributes:
        seconds: Of each answered request, in the order of the answers.
        acknowledged: Labels of the requests that were answered with 200.
        refused: How many were answered otherwise.
        took_s: From the first request to the last answer.
    """

    seconds: list[float] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)
    refused: int = 0
    took_s: float = 0.0


async def post_all(
    port: int, path: str, headers: Sequence[str], requests: Iterable[tuple[str, bytes]], connections: int
) -> Load:
    """Post labelled bodies over several connections, each with one request under way; ends with the last of them."""
    load = Load()
    waiting = iter(requests)

    async def drive(connection: Connection) -> None:
        for label, body in waiting:
            started = time.perf_counter()
            status, _ = await connection.post(body)
            load.seconds.append(time.perf_counter() - started)
            if status == 200:
                load.acknowledged.append(label)
            else:
                load.refused += 1

    opened = [await Connection(port, path, headers).__aenter__() for _ in range(connections)]
    try:
        started = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for connection in opened:
                group.create_task(drive(connection))
        load.took_s = time.perf_counter() - started
    finally:
        for connection in opened:
            await connection.__aexit__(None, None, None)
    return load
