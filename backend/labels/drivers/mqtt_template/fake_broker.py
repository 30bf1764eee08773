"""A small MQTT broker on a real socket, with home-made labels behind it.

It ships because the tests must run where there is nothing but Python; the driver's tests run on Mosquitto as well,
where there is one. By hand: `python -m backend.labels.drivers.mqtt_template.fake_broker --port 1884`
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
from collections.abc import Callable

from backend.labels.drivers.mqtt_template import fake_packets as packets
from backend.labels.drivers.mqtt_template.fake_labels import FakeLabels, Time
from backend.labels.drivers.mqtt_template.fake_packets import Connect, PacketMalformed, Publish
from backend.labels.drivers.mqtt_template.topics import matches
from backend.labels.workbench.virtual_time import VirtualTime

LOOPBACK = "127.0.0.1"
READ_BYTES = 65_536
ACCEPTED, BAD_CREDENTIALS = b"\0\0", b"\0\4"
Listener = Callable[[str, bytes], None]


class _Connection:
    """One client on a socket."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self.writer = writer
        self.filters: dict[str, int] = {}
        self.will: Publish | None = None
        self.forwarded = 0
        self._packet_ids = 0

    def forward(self, message: Publish) -> None:
        granted = [qos for each, qos in self.filters.items() if matches(each, message.topic)]
        if granted and not self.writer.is_closing():
            self.forwarded += 1
            self._packet_ids = self._packet_ids % 65_535 + 1
            qos = min(message.qos, max(granted))
            told = Publish(message.topic, message.payload, qos, message.is_retained, self._packet_ids)
            self.writer.write(packets.write_publish(told))


class FakeBroker:
    """Whoever listens, on a socket or in this process, hears what is published. What is retained outlives `stop`."""

    def __init__(self, time: Time, *, username: str | None = None, password: str | None = None) -> None:
        self.time = time
        self.answers_after_s = 0.0
        self.is_holding_back = False
        self.retained: dict[str, Publish] = {}
        self.published: list[Publish] = []
        self.connections: list[_Connection] = []
        self._credentials = username, password
        self._listeners: list[Listener] = []
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0

    def listen(self, listener: Listener) -> None:
        """Hear everything, in this process."""
        self._listeners.append(listener)

    def publish(self, topic: str, payload: bytes, *, is_retained: bool = False, qos: int = 1) -> None:
        message = Publish(topic, payload, qos, is_retained)
        self.published.append(message)
        if is_retained:
            self.retained[topic] = message
        for connection in [*self.connections]:
            connection.forward(Publish(topic, payload, qos))
        for listener in self._listeners:
            listener(topic, payload)

    async def start(self, port: int = 0) -> None:
        self._server = await asyncio.start_server(self._serve, LOOPBACK, port or self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Unplug it; a second start has the same port."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
        for task in [*self._tasks]:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        connection = _Connection(writer)
        try:
            await self._talk(connection, reader)
        except (ConnectionError, PacketMalformed, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(task)
            if connection in self.connections:
                self.connections.remove(connection)
            writer.close()
            if connection.will is not None:
                will = connection.will
                self.publish(will.topic, will.payload, is_retained=will.is_retained, qos=will.qos)

    async def _talk(self, connection: _Connection, reader: asyncio.StreamReader) -> None:
        buffer = b""
        while True:
            while (packet := packets.split(buffer)) is not None:
                kind, flags, body, buffer = packet
                await self._take_time()
                if kind == packets.DISCONNECT:
                    connection.will = None
                    return
                self._answer(connection, kind, flags, body)
                await connection.writer.drain()
            piece = await reader.read(READ_BYTES)
            if not piece:
                return
            buffer += piece

    async def _take_time(self) -> None:
        if self.answers_after_s > 0:
            self.is_holding_back = True
            try:
                await self.time.sleep(self.answers_after_s)
            finally:
                self.is_holding_back = False

    def _answer(self, connection: _Connection, kind: int, flags: int, body: bytes) -> None:
        write = connection.writer.write
        match kind:
            case packets.CONNECT:
                self._connect(connection, packets.read_connect(body))
            case packets.PUBLISH:
                message = packets.read_publish(flags, body)
                self.publish(message.topic, message.payload, is_retained=message.is_retained, qos=message.qos)
                if message.qos:
                    write(packets.write_acknowledgement(packets.PUBACK, message.packet_id))
            case packets.SUBSCRIBE:
                asked = packets.read_subscribe(body)
                connection.filters |= dict(asked.filters)
                granted = bytes(qos for _, qos in asked.filters)
                write(packets.write_acknowledgement(packets.SUBACK, asked.packet_id, granted))
                for message in self.retained.values():
                    if any(matches(each, message.topic) for each, _ in asked.filters):
                        connection.forward(message)
            case packets.UNSUBSCRIBE:
                for topic_filter, _ in (left := packets.read_unsubscribe(body)).filters:
                    connection.filters.pop(topic_filter, None)
                write(packets.write_acknowledgement(packets.UNSUBACK, left.packet_id))
            case packets.PINGREQ:
                write(packets.write(packets.PINGRESP))
            case packets.PUBACK:
                pass
            case _:
                raise PacketMalformed(f"a client does not send packets of kind {kind}")

    def _connect(self, connection: _Connection, asked: Connect) -> None:
        username, password = self._credentials
        is_welcome = username is None or (asked.username, asked.password) == (username, password)
        connection.writer.write(packets.write(packets.CONNACK, ACCEPTED if is_welcome else BAD_CREDENTIALS))
        if not is_welcome:
            raise PacketMalformed("not with this name and password")
        connection.will = asked.will
        self.connections.append(connection)


async def _main(arguments: argparse.Namespace) -> None:
    time = VirtualTime()
    broker = FakeBroker(time)
    labels = FakeLabels(broker, [f"L{number}" for number in range(arguments.labels)])
    await broker.start(arguments.port)
    print(f"fake MQTT broker at {LOOPBACK}:{broker.port}, labels {', '.join(labels.names)}")
    print("they listen to shelf/LABEL/set and say shelf/LABEL/ack; what blinks is printed")
    while True:
        await asyncio.sleep(0.2)
        before = labels.blinking()
        await time.advance(0.2)
        if (now := labels.blinking()) != before:
            print(now)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="A small MQTT broker with virtual home-made labels.")
    parser.add_argument("--port", type=int, default=1884)
    parser.add_argument("--labels", type=int, default=6)
    return parser.parse_args()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_main(_arguments()))
