"""A wire between phone and server: cut, its connections die and new ones are refused until it is mended; or slow."""

from __future__ import annotations

import contextlib
import random
import socket
import threading
import time

CHUNK_BYTES = 65_536


class Wire:
    """Listens on `own_port` (0: any) and carries every byte to `port`. `cut()` and `mend()` as often as you like.

    `delay_s` is how long each part of what is said takes in each direction.
    """

    def __init__(self, port: int, own_port: int = 0) -> None:
        self._to = port
        self._ends: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._listener: socket.socket | None = None
        self.port = own_port
        self.delay_s = 0.0
        self.mend()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def lead_to(self, port: int) -> None:
        """Whatever is connected from now on ends elsewhere."""
        self._to = port

    @property
    def is_whole(self) -> bool:
        return self._listener is not None

    def mend(self) -> None:
        listener = socket.create_server(("127.0.0.1", self.port), reuse_port=False)
        self.port = listener.getsockname()[1]
        self._listener = listener
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def cut(self) -> None:
        if self._listener is not None:
            _close(self._listener)
            self._listener = None
        with self._lock:
            ends, self._ends = self._ends, set()
        for end in ends:
            _close(end)

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(("127.0.0.1", self._to))
            except OSError:
                _close(near)
                continue
            with self._lock:
                self._ends |= {near, far}
            for source, target in ((near, far), (far, near)):
                threading.Thread(target=self._carry, args=(source, target), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while part := source.recv(CHUNK_BYTES):
                if self.delay_s:
                    time.sleep(self.delay_s)
                target.sendall(part)
        for end in (source, target):
            _close(end)
            with self._lock:
                self._ends.discard(end)


class Weather:
    """Cuts, slows and mends a wire at random until it is over; the same seed, the same weather. `with Weather(...)`."""

    def __init__(self, wire: Wire, seed: int) -> None:
        self._wire = wire
        self._chance = random.Random(seed)
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._blow, daemon=True)
        self.changes: list[str] = []

    def __enter__(self) -> Weather:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()
        self._wire.delay_s = 0.0
        self._set("mend")

    def _blow(self) -> None:
        while not self._is_over.is_set():
            kind = self._chance.choice(["cut", "slow", "fine", "flap", "flap"])
            self.changes.append(kind)
            if kind == "flap":
                for _ in range(self._chance.randint(2, 6)):
                    self._set("cut")
                    self._is_over.wait(self._chance.uniform(0.02, 0.4))
                    self._set("mend")
                    self._is_over.wait(self._chance.uniform(0.02, 0.8))
                continue
            self._wire.delay_s = self._chance.uniform(0.05, 0.6) if kind == "slow" else 0.0
            self._set("cut" if kind == "cut" else "mend")
            self._is_over.wait(self._chance.uniform(0.5, 4.0))

    def _set(self, to: str) -> None:
        if to == "cut":
            self._wire.cut()
        elif not self._wire.is_whole:
            self._wire.mend()


def _close(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    with contextlib.suppress(OSError):
        end.close()
