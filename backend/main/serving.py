"""Serves the house over HTTP and HTTPS, and says where it is to be found."""

from __future__ import annotations

import asyncio
import errno
import gc
import socket
import sys
from collections.abc import Awaitable, Callable
from datetime import datetime
from urllib.parse import urlsplit

import segno
import structlog
import uvicorn

from backend.core.database import Database
from backend.core.logging import configure_logging
from backend.core.migrating import is_at_head, migrate
from backend.demo.loading import load_demo
from backend.demo.orders_to_try import order_to_try
from backend.demo.platform import PRODUCTS_MAX, DemoPlatform
from backend.demo.welcome import welcome_text
from backend.main.app import create_app
from backend.main.certificates import StoreCertificate, keep_certificate, local_names
from backend.main.house import House, build_house
from backend.main.plain_door import TRUST_PATH, PlainDoor
from backend.routing.answering import warm_up
from backend.settings import Settings
from shared.clock import SystemClock
from shared.errors import BlinkpickError
from shared.ids import SystemIdSource

WEBSOCKET_MAX_BYTES = 65_536
CONNECTIONS_MAX = 6_000  # phones, channels and requests together; more get 503
KEEP_ALIVE_S = 20
LOOKS_FOR_CIRCLES = (10_000, 20, 20)  # objects, then looks at the young, then at the middle-aged
COMMAND_LINE = "command line"
_EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - compared with, never bound to by itself

_log = structlog.get_logger("serving")


def serve(settings: Settings) -> int:
    """Run until told to stop; returns the exit status."""
    configure_logging(settings.log_level, is_json=settings.is_production)
    if problem := _port_problem(settings):
        print(f"Port {settings.port} on {settings.host} {problem}: choose another with PORT=...", file=sys.stderr)
        return 1
    _say("[3/4] Migrating the database")
    migrate_only(settings)
    house = _build(settings)
    own = None
    if settings.tls:
        try:
            own = keep_own_certificate(settings, house.clock.now())
        except (ValueError, OSError) as error:
            print(f"No certificate can be made in {settings.tls_folder}: {error}", file=sys.stderr)
            return 1
    server = _Server(_config(settings, house, own), house, own)
    server.run()
    return 0 if server.is_announced else 1


def migrate_only(settings: Settings) -> None:
    database = Database(settings.database_url)
    migrate(database)
    database.close()


async def enrol(settings: Settings, store_id: str) -> int:
    """Print a one-time code beside a running or stopped server; returns the exit status."""

    async def make(house: House, store_id: str) -> int:
        code = await house.people.create_enrolment_code(store_id, COMMAND_LINE)
        url = f"{phone_url(settings)}/#/enrol/{code.code}"
        segno.make(url).terminal(compact=True)
        print(f"\nOpen {url}\nor type the code {code.code} on the phone. It works once, for ten minutes.")
        return 0

    return await beside_server(settings, store_id, make)


async def beside_server(settings: Settings, store_id: str, act: Callable[[House, str], Awaitable[int]]) -> int:
    """Do something in a store from the command line, beside a running or stopped server; returns the exit status."""
    house = _build(settings)
    house.writer.start()
    try:
        if not is_at_head(house.database):
            print("The database has not got its newest shape yet: start the server, or migrate, first", file=sys.stderr)
            return 1
        stores = house.stores.store_ids()
        chosen = store_id or (stores[0] if len(stores) == 1 else "")
        if chosen not in stores:
            print(f"Say which store with --store; there are: {', '.join(stores) or 'none yet'}", file=sys.stderr)
            return 1
        return await act(house, chosen)
    except BlinkpickError as error:
        print(error.detail, file=sys.stderr)
        return 1
    finally:
        house.writer.stop()
        house.database.close()


def phone_url(settings: Settings) -> str:
    """How a phone on the same network reaches this server."""
    if settings.public_url:
        return settings.public_url.rstrip("/")
    scheme = "https" if settings.is_secure else "http"
    host = _network_address() if settings.host in _EVERYWHERE else settings.host
    return f"{scheme}://{host}:{settings.port}"


def _build(settings: Settings) -> House:
    clock = SystemClock()
    if not settings.public_url:
        settings = settings.model_copy(update={"public_url": phone_url(settings)})
    return build_house(settings, clock, SystemIdSource(clock))


def keep_own_certificate(settings: Settings, now: datetime) -> StoreCertificate:
    """The certificate for every name a phone may use for this machine. Raises ValueError, OSError."""
    host = [] if settings.host in _EVERYWHERE else [settings.host]
    public = [urlsplit(settings.public_url).hostname or ""] if settings.public_url else []
    names = local_names([_network_address()], [*host, *filter(None, public), *settings.tls_names])
    return keep_certificate(settings.tls_folder, names, now)


def _config(settings: Settings, house: House, own: StoreCertificate | None) -> uvicorn.Config:
    return uvicorn.Config(
        create_app(house),
        host=settings.host,
        port=settings.port,
        loop="uvloop" if sys.platform != "win32" else "asyncio",
        http="httptools",
        ws="websockets-sansio",
        ws_max_size=WEBSOCKET_MAX_BYTES,
        ws_per_message_deflate=False,
        limit_concurrency=CONNECTIONS_MAX,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=5,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies or None,
        access_log=False,
        log_config=None,
        ssl_certfile=own.certificate if own else settings.tls_certificate,
        ssl_keyfile=own.key if own else settings.tls_key,
    )


class _Server(uvicorn.Server):
    """Loads the demo once the house is open, then says what there is."""

    def __init__(self, config: uvicorn.Config, house: House, own: StoreCertificate | None = None) -> None:
        super().__init__(config)
        self._house = house
        self._own = own
        self._plain: PlainDoor | None = None
        self._platform: DemoPlatform | None = None
        self.is_announced = False

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await asyncio.to_thread(warm_up)  # loading the planner's machine code holds up everything else for seconds
        await super().startup(sockets)
        if self.should_exit:
            return
        if self._own is not None and self._house.settings.http_port:
            await self._open_plain_door(self._own)
        await self._announce()
        set_aside_what_stays()
        self.is_announced = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self._platform is not None:
            await self._platform.stop()
        if self._plain is not None:
            await self._plain.stop()
        await super().shutdown(sockets)

    async def _open_plain_door(self, own: StoreCertificate) -> None:
        settings = self._house.settings
        door = PlainDoor(own, settings.port)
        try:
            await door.start(settings.host, settings.http_port)
        except OSError as error:
            why = error.strerror or error
            _say(f"Plain HTTP on port {settings.http_port} cannot be opened ({why}): choose BLINKPICK_HTTP_PORT")
            return
        self._plain = door
        url = f"http://{urlsplit(phone_url(settings)).hostname}:{settings.http_port}{TRUST_PATH}"
        segno.make(url).terminal(compact=True)
        _say(f"Each phone must trust this store once: open {url}")

    async def _announce(self) -> None:
        settings, house = self._house.settings, self._house
        if not settings.is_demo:
            _say(f"Blinkpick serves {phone_url(settings)}")
            return
        _say("[4/4] Loading the demo store")
        access = await load_demo(house)
        if access is None:
            _say(f"Blinkpick serves {phone_url(settings)} (the database holds a store of its own: no demo)")
            return
        url = phone_url(settings)
        local_url = f"{'https' if settings.is_secure else 'http'}://127.0.0.1:{settings.port}"
        authority = self._own.authority if self._own else None
        platform = DemoPlatform(house, access.store_id, access.keys.platform_channel_id, local_url, authority)
        await platform.start()
        self._platform = self.config.loaded_app.state.demo_platform = platform
        codes = [(await house.people.create_enrolment_code(access.store_id, COMMAND_LINE)).code for _ in range(2)]
        products = await house.catalog.search(access.store_id, "", limit=PRODUCTS_MAX)
        order = order_to_try([product.card for product in products], "web-1", house.clock.now())
        _say(welcome_text(url, access, codes, order, platform.url, authority))
        if settings.host in _EVERYWHERE:
            segno.make(f"{url}/#/enrol/{codes[1]}").terminal(compact=True)


def set_aside_what_stays() -> None:
    """What is there once we serve stays until the end. Without this the collector looks all of it through now and then,
    and every request waits a quarter of a second meanwhile.

    What comes later hardly ever holds itself in a circle (some 200 objects in a shop's hour), so that the collector's
    looks, by default one for every 700 objects, find nothing: with fewer of them the same day costs 8 % less.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*LOOKS_FOR_CIRCLES)


def _port_problem(settings: Settings) -> str:
    """Why we cannot listen there; empty where we can."""
    try:
        with socket.create_server((settings.host, settings.port)):
            return ""
    except OSError as error:
        return "is taken" if error.errno == errno.EADDRINUSE else f"cannot be opened ({error.strerror or error})"


def _network_address() -> str:
    """The address other machines reach us at; no packet is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"


def _say(text: str) -> None:
    print(text, flush=True)
