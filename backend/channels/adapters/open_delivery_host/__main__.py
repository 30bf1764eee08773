"""Start the simulated platform by hand: python -m backend.channels.adapters.open_delivery_host --help."""

from __future__ import annotations

import argparse
import asyncio
import json

from backend.channels.adapters.open_delivery_host.simulator import HostSettings, OpenDeliveryHost
from backend.channels.port import Edge
from shared.clock import SystemClock


def main() -> None:
    arguments = _parse()
    settings = HostSettings(
        seed=arguments.seed,
        webhook_url=arguments.webhook_url,
        repeat=arguments.repeat,
        delay_max_s=arguments.delay_max_s,
        busy=arguments.busy,
        answer_lost=arguments.answer_lost,
    )
    host = OpenDeliveryHost(settings, Edge(SystemClock()))
    try:
        asyncio.run(_run(host, arguments))
    except KeyboardInterrupt:
        print("closed")


async def _run(host: OpenDeliveryHost, arguments: argparse.Namespace) -> None:
    await host.start(arguments.host, arguments.port)
    print("An Open Delivery platform, simulated. Add a channel with adapter open_delivery and these settings:")
    print(json.dumps(host.channel_settings(), indent=2))
    host.platform.on_event.append(lambda event: print(event["eventType"].ljust(28), event["orderId"]))
    sending = asyncio.create_task(host.pushes.run()) if arguments.webhook_url else None
    try:
        for _ in range(arguments.orders):
            host.place_random()
            await asyncio.sleep(arguments.every_s)
        await asyncio.Event().wait()
    finally:
        if sending is not None:
            sending.cancel()
        await host.stop()


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m backend.channels.adapters.open_delivery_host", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=9100)
    parser.add_argument("--webhook-url", default="", help="http://127.0.0.1:8000/api/v1/channels/<id>/v1/newEvent")
    parser.add_argument("--orders", type=int, default=20, help="how many orders shoppers place")
    parser.add_argument("--every-s", type=float, default=10.0, help="seconds between two orders")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--repeat", type=float, default=0.0, help="chance that an event is sent again")
    parser.add_argument("--delay-max-s", type=float, default=0.0, help="longest delay of an event: they overtake")
    parser.add_argument("--busy", type=float, default=0.0, help="chance of a 503 before a request is looked at")
    parser.add_argument("--answer-lost", type=float, default=0.0, help="chance of a 503 after a request was applied")
    return parser.parse_args()


if __name__ == "__main__":
    main()
