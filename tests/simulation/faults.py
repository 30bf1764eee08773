"""What goes wrong in a shop, drawn by chance: air, phones, gateways, the server's power, shelves. Ends when told to."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

from tests.simulation.actors.open_delivery import OpenDeliveryPlatform
from tests.simulation.actors.web_shop import WebShop
from tests.simulation.gateways import Gateway
from tests.simulation.network import Air
from tests.simulation.outside import SiteTrouble
from tests.simulation.phone import SimulatedPhone
from tests.simulation.world import World

POWER_LOOKS_MAX = 600  # the power goes within the next few dozen writes
LOOK_AFTER_SERVER_EVERY_S, LOOKS_AFTER_SERVER = 10.0, 60


@dataclass(frozen=True, slots=True)
class Troubles:
    """Mean seconds between two troubles of a kind, for each thing; 0: never."""

    dead_spot_s: float = 240.0
    slow_air_s: float = 600.0
    phone_dies_s: float = 900.0
    server_dies_s: float = 700.0
    gateway_trouble_s: float = 500.0
    label_dies_s: float = 900.0
    shelf_empties_s: float = 300.0
    channel_cut_s: float = 500.0
    platform_trouble_s: float = 500.0


NO_TROUBLES = Troubles(0, 0, 0, 0, 0, 0, 0, 0, 0)


class Faults:
    """`begin` after the server runs; `end` heals everything and lets nothing new go wrong."""

    def __init__(
        self,
        world: World,
        troubles: Troubles,
        *,
        phones: Sequence[SimulatedPhone],
        shops: Sequence[WebShop],
        platforms: Sequence[OpenDeliveryPlatform] = (),
    ) -> None:
        self.world = world
        self.troubles = troubles
        self._phones = phones
        self._shops = shops
        self._platforms = platforms
        self._tasks: list[asyncio.Task[None]] = []
        self._is_over = False
        self.empty_shelves: set[str] = set()

    def begin(self) -> None:
        troubles, begin = self.troubles, self._begin
        for phone in self._phones:
            begin(
                self._now_and_then(f"spot {phone.name}", troubles.dead_spot_s, lambda p=phone: self._dead_spot(p.air))
            )
            begin(self._now_and_then(f"slow {phone.name}", troubles.slow_air_s, lambda p=phone: self._slow(p.air)))
            begin(self._now_and_then(f"dies {phone.name}", troubles.phone_dies_s, lambda p=phone: self._phone_dies(p)))
        for shop in self._shops:
            begin(self._now_and_then("channel", troubles.channel_cut_s, lambda s=shop: self._dead_spot(s.air)))
        for platform in self._platforms:
            begin(self._now_and_then("platform air", troubles.channel_cut_s, lambda p=platform: self._dead_spot(p.air)))
            begin(self._now_and_then("platform", troubles.platform_trouble_s, lambda p=platform: self._platform(p)))
        for gateway in self.world.gateways.values():
            name = gateway.name
            begin(self._now_and_then(f"radio {name}", troubles.gateway_trouble_s, lambda g=gateway: self._radio(g)))
            begin(self._now_and_then(f"label {name}", troubles.label_dies_s, lambda g=gateway: self._label_dies(g)))
        begin(self._now_and_then("server", troubles.server_dies_s, self._server_dies))
        begin(self._now_and_then("shelf", troubles.shelf_empties_s, self._shelf_empties))

    async def end(self) -> None:
        """Everything is mended; the server runs; who is off is switched on by its picker."""
        self._is_over = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for air in self.world.airs:
            air.mend()
            air.slow_by = 1.0
        for platform in self._platforms:
            platform.trouble(SiteTrouble.NONE)
        for gateway in self.world.gateways.values():
            gateway.is_reachable, gateway.refuses, gateway.loses_answers = True, False, False
            gateway.silent_labels.clear()
        self.empty_shelves.clear()
        self.world.server.power.hold()
        await self._server_runs()

    # Troubles

    async def _dead_spot(self, air: Air) -> None:
        air.cut()
        await asyncio.sleep(self._chance("spot").choice((0.5, 3.0, 10.0, 40.0, 90.0)))
        air.mend()

    async def _slow(self, air: Air) -> None:
        air.slow_by = 40.0
        await asyncio.sleep(self._chance("slow").uniform(5, 60))
        air.slow_by = 1.0

    async def _phone_dies(self, phone: SimulatedPhone) -> None:
        self.world.note("fault", f"{phone.name} dies")
        phone.kill()

    async def _platform(self, platform: OpenDeliveryPlatform) -> None:
        chance = self._chance("platform")
        platform.trouble(chance.choice([kind for kind in SiteTrouble if kind is not SiteTrouble.NONE]))
        await asyncio.sleep(chance.choice((2.0, 15.0, 60.0, 90.0)))
        platform.trouble(SiteTrouble.NONE)

    async def _radio(self, gateway: Gateway) -> None:
        chance = self._chance("radio")
        kind = chance.choice(("unplugged", "reboot", "refuses", "loses answers"))
        self.world.note("fault", f"gateway {gateway.name}: {kind}")
        if kind == "reboot":
            gateway.reboot()
            return
        gateway.troubled_at_s = self.world.loop.time()
        gateway.is_reachable = kind != "unplugged"
        gateway.refuses = kind == "refuses"
        gateway.loses_answers = kind == "loses answers"
        await asyncio.sleep(chance.choice((2.0, 20.0, 90.0)))
        gateway.is_reachable, gateway.refuses, gateway.loses_answers = True, False, False
        gateway.troubled_at_s = self.world.loop.time()

    async def _label_dies(self, gateway: Gateway) -> None:
        chance = self._chance("label")
        label = chance.choice(sorted(gateway.labels))
        self.world.note("fault", f"label {label} is silent")
        gateway.silent_labels.add(label)
        gateway.was_silent.add(label)
        await asyncio.sleep(chance.uniform(60, 400))
        gateway.silent_labels.discard(label)

    async def _server_dies(self) -> None:
        chance = self._chance("server")
        server = self.world.server
        if chance.random() < 0.5:
            server.power.fail_after(chance.randint(1, POWER_LOOKS_MAX))
            await self._until_off()
        else:
            server.kill()
        await asyncio.sleep(chance.choice((0.3, 2.0, 15.0)))
        await self._server_runs()

    async def _until_off(self) -> None:
        """The power goes at a write, and whoever looks after the server notices; one that hardly writes keeps it."""
        server = self.world.server
        for _ in range(LOOKS_AFTER_SERVER):
            await asyncio.sleep(LOOK_AFTER_SERVER_EVERY_S)
            if server.life is None:
                return
        server.power.hold()

    async def _server_runs(self) -> None:
        """Started again by whoever looks after it, however often it dies while it starts."""
        while self.world.server.application is None:
            if self.world.server.life is None:
                await self.world.server.start()
            await asyncio.sleep(0.5)

    async def _shelf_empties(self) -> None:
        chance = self._chance("shelf")
        sku = chance.choice(sorted(self.world.shop.wares))
        self.empty_shelves.add(sku)
        await asyncio.sleep(chance.uniform(60, 600))
        self.empty_shelves.discard(sku)

    # When

    async def _now_and_then(self, what: str, mean_s: float, happen: Any) -> None:
        if not mean_s:
            return
        chance = self.world.chance(f"when {what}")
        while not self._is_over:
            await asyncio.sleep(chance.expovariate(1 / mean_s))
            await happen()

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        self._tasks.append(asyncio.get_running_loop().create_task(work))

    def _chance(self, what: str) -> Any:
        """Drawn anew for each trouble, from what and when it is: another trouble elsewhere changes nothing here."""
        return self.world.chance(f"fault {what} {self.world.loop.time():.6f}")
