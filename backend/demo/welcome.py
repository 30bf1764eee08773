"""What a newcomer reads once everything runs. Every key in it is the demo's own and guards nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from backend.demo.loading import DemoAccess

_NUMBER_MARK = "NUMBER"


def welcome_text(
    url: str,
    access: DemoAccess,
    codes: list[str],
    order: dict[str, Any],
    platform_url: str,
    authority: Path | None = None,
) -> str:
    """`codes` are two enrolment codes, `order` a body to post, `platform_url` empty where the platform does not run.

    `authority` is what a client must trust, where the server's certificate is its own.
    """
    supervisor_code, picker_code = codes
    people = "\n".join(f"  {person.role:<11} badge {person.badge:<10} PIN {person.pin}" for person in access.people)
    curl = f"curl --cacert {authority}" if authority else "curl"
    trusting = f"SSL_CERT_FILE={authority} " if authority else ""
    follow = f"{trusting}.venv/bin/python docs/examples/channel_client.py {stream_url(url)}"
    platform = f"  {curl} -X POST {url}/api/v1/demo/platform-orders" if platform_url else "  (its port is taken)"
    return f"""
Blinkpick runs at {url}

1. Enrol two phones (two browser windows will do), and sign in:
  supervisor  {url}/#/enrol/{supervisor_code}
  picker      {url}/#/enrol/{picker_code}
   Each code works once, for ten minutes; `make enrol` prints more.
{people}

2. Post an order as the demo web shop (channel key {access.keys.channel_key}):
{curl_command(url, access.keys.channel_key, order, curl)}

   Or let a shopper order on the simulated Open Delivery platform {platform_url}:
{platform}

3. Pick it on the phone. The channel hears every step:
  {follow} {access.keys.channel_key} var/last_sequence

The interface is described at {url}/api/v1/docs and in docs/. Stop with Ctrl+C.
"""


def stream_url(url: str) -> str:
    """Where the channel listens."""
    return url.replace("http", "ws", 1) + "/api/v1/channels/stream"


def curl_command(url: str, channel_key: str, order: dict[str, Any], curl: str = "curl") -> str:
    """Posts a real order; each run of it posts a new one, because the shell puts a number into its id."""
    body = json.dumps({**order, "external_id": f"web-{_NUMBER_MARK}", "display_code": _NUMBER_MARK})
    body = body.replace("'", r"\u0027")  # an apostrophe in a product's name would end the shell's quotes
    return (
        f"  N=$(date +%s); {curl} -X POST {url}/api/v1/orders \\\n"
        f"    -H 'Authorization: Bearer {channel_key}' -H \"Idempotency-Key: web-$N\" \\\n"
        f"    -H 'Content-Type: application/json' \\\n"
        f"    -d '{body}'"
    ).replace(_NUMBER_MARK, "'$N'")
