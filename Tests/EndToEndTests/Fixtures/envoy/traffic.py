"""The two ends of a proxy under test: small upstreams and a caller with a fixed pace. Loopback only."""
import asyncio
import random

LARGEST_HEAD = 65536

# Seconds, each in the lower half of one of Istio's buckets: a busy machine can add 90 ms without changing a count.
QUICK = 0.15
SLOW = 0.31


class Upstream:
    """Answers every request with 200, or with 503 for a share of them, after a while."""

    def __init__(self, error_share, seed):
        self.error_share = error_share
        self.random = random.Random(seed)
        self.answered = 0
        self.failed = 0

    async def start(self):
        """Listens on a free port and returns it."""
        server = await asyncio.start_server(self.serve, "127.0.0.1", 0, limit=LARGEST_HEAD)
        return server.sockets[0].getsockname()[1]

    async def serve(self, reader, writer):
        try:
            while True:
                await reader.readuntil(b"\r\n\r\n")
                await asyncio.sleep(SLOW if self.random.random() < 0.1 else QUICK)
                failed = self.random.random() < self.error_share
                self.answered += 1
                self.failed += failed
                writer.write(ERROR if failed else GOOD)
                await writer.drain()
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
            pass
        finally:
            writer.close()


GOOD = b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nyes"
ERROR = b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 2\r\n\r\nno"


class Caller:
    """Sends requests over kept connections at a pace; what cannot be sent in time is left out, not caught up with."""

    def __init__(self, port, per_second, connections=128):
        self.port = port
        self.pause = connections / per_second
        self.connections = connections
        self.sent = 0
        self.lost = 0

    async def run(self):
        await asyncio.gather(*(self.keep_calling(number) for number in range(self.connections)))

    async def keep_calling(self, number):
        await asyncio.sleep(self.pause * number / self.connections)
        while True:
            try:
                await self.call()
            except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
                self.lost += 1
                await asyncio.sleep(self.pause)

    async def call(self):
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=LARGEST_HEAD)
        clock = asyncio.get_running_loop().time
        try:
            due = clock()
            while True:
                writer.write(b"GET /orders HTTP/1.1\r\nhost: demo4.a.com\r\n\r\n")
                self.sent += 1
                head = await reader.readuntil(b"\r\n\r\n")
                await reader.readexactly(content_length(head))
                due = max(due + self.pause, clock())
                await asyncio.sleep(due - clock())
        finally:
            writer.close()


def content_length(head):
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    raise ValueError("an answer without a content length")
