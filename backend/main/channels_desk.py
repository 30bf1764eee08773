"""Channels from the command line, beside a running or stopped server: the commands a supervisor's phone gives too."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from backend.channels.commands import AddChannel, ChangeChannel
from backend.channels.errors import ChannelNotFound
from backend.channels.message_desk import TO_SEE_TO
from backend.channels.models import MessageVerdict
from backend.main.house import House
from backend.main.serving import COMMAND_LINE, beside_server
from backend.settings import Settings

LATEST = 100
FROM_FILE = "@"
JSON_KINDS = {"integer", "number", "boolean", "array", "object"}


def describe(parser: argparse.ArgumentParser) -> None:
    """What can be asked."""
    asked = parser.add_subparsers(dest="asked", required=True)
    asked.add_parser("list", help="the channels of the store and how they do")
    asked.add_parser("adapters", help="the kinds of channels, and the settings of each")
    adding = asked.add_parser("add", help="a new channel")
    adding.add_argument("name")
    adding.add_argument("--adapter", required=True)
    changing = asked.add_parser("change", help="other settings, another name, a new secret")
    changing.add_argument("name")
    changing.add_argument("--rename", help="what it shall be called")
    changing.add_argument("--leaked", action="store_true", help="the secret before is good no longer")
    for each in (adding, changing):
        each.add_argument(
            "--set",
            action="append",
            default=[],
            metavar="NAME=VALUE",
            help="a setting; @FILE reads it from a file, env:BLINKPICK_SECRET_... refers to the environment",
        )
    for word, text in (("pause", "it sends nothing in any more"), ("resume", "it may send again")):
        asked.add_parser(word, help=text).add_argument("name")
    asked.add_parser("key", help="one more key for our own interface, shown once").add_argument("name")
    ending = asked.add_parser("end-key", help="end a key at once")
    ending.add_argument("name")
    ending.add_argument("key_id")
    looking = asked.add_parser("messages", help="the latest messages and what became of each")
    looking.add_argument("name", nargs="?", default="")
    looking.add_argument("--all", action="store_true", help="not only what was refused or unreadable")
    replaying = asked.add_parser("replay", help="try a message again")
    replaying.add_argument("message_id")
    replaying.add_argument("--body", type=Path, help="a file with the message mended by hand")


async def channels(settings: Settings, arguments: argparse.Namespace) -> int:
    """Returns the exit status."""

    async def act(house: House, store_id: str) -> int:
        await _Desk(house, store_id).do(arguments)
        return 0

    try:
        return await beside_server(settings, arguments.store, act)
    except OSError as error:
        print(f"{error.filename}: {error.strerror}", file=sys.stderr)
        return 1


class _Desk:
    def __init__(self, house: House, store_id: str) -> None:
        self._house = house
        self._channels = house.channels
        self._store_id = store_id

    async def do(self, asked: argparse.Namespace) -> None:
        match asked.asked:
            case "list":
                self._list()
            case "adapters":
                self._adapters()
            case "add":
                settings = self._settings(asked.adapter, asked.set)
                channel_id = await self._house.bus.handle(
                    AddChannel(self._store_id, asked.adapter, asked.name, settings)
                )
                print(f"{asked.name}: {channel_id}")
            case "change":
                await self._change(asked)
            case "pause" | "resume":
                await self._give(ChangeChannel(*self._named(asked.name), is_enabled=asked.asked == "resume"))
            case "key":
                key = await self._house.people.create_channel_key(*self._named(asked.name))
                print(f"{key.key}\nIt is shown this once. To end it: end-key {asked.name!r} {key.key_id}")
            case "end-key":
                await self._house.people.revoke_channel_keys(*self._named(asked.name), asked.key_id)
            case "messages":
                self._messages(asked)
            case "replay":
                body = asked.body.read_bytes() if asked.body else None
                count = await self._channels.replay(self._store_id, asked.message_id, COMMAND_LINE, body)
                print(f"{count} new" if count else "Nothing new: the channel had sent it again meanwhile")

    def _list(self) -> None:
        for view in self._channels.desk.views(self._store_id):
            waiting = {
                "to see to": view.to_see_to,
                "held": view.held_orders,
                "undelivered": view.undelivered,
                "unacknowledged": view.unacknowledged,
            }
            last = f"{view.last_message_at:%Y-%m-%d %H:%M}" if view.last_message_at else "nothing yet"
            print("  ".join([view.name, view.adapter, "on" if view.is_enabled else "paused", last]))
            print("    " + ", ".join(f"{count} {what}" for what, count in waiting.items()))

    def _adapters(self) -> None:
        for folder in self._channels.registry.adapters():
            schema = folder.settings_model.model_json_schema()
            print(f"{folder.manifest.name}  {folder.manifest.caption}  (tried: {folder.manifest.verified_by})")
            for name, part in schema.get("properties", {}).items():
                needed = " (needed)" if name in schema.get("required", ()) else ""
                print(f"    {name}{needed}  {part.get('description', '')}".rstrip())

    async def _change(self, asked: argparse.Namespace) -> None:
        store_id, channel_id, caused_by = self._named(asked.name)
        settings: dict[str, Any] | None = None
        if asked.set:
            channel = self._channels.desk.read(store_id, channel_id)
            settings = {**self._channels.adapters.shown(channel), **self._settings(channel.adapter, asked.set)}
        command = ChangeChannel(
            store_id,
            channel_id,
            caused_by,
            name=asked.rename,
            settings=settings,
            keeps_last_secret=not asked.leaked,
        )
        await self._give(command)

    def _settings(self, adapter: str, given: list[str]) -> dict[str, Any]:
        """Raises AdapterUnknown."""
        schemas = self._channels.registry.adapter(adapter).settings_model.model_json_schema().get("properties", {})
        parts = (each.partition("=") for each in given)
        return {name: _value(text, schemas.get(name, {})) for name, _, text in parts}

    async def _give(self, command: ChangeChannel) -> None:
        await self._house.bus.handle(command)
        print("Done. A running server knows within a second.")

    def _messages(self, asked: argparse.Namespace) -> None:
        channel_id = self._named(asked.name)[1] if asked.name else None
        verdicts: tuple[MessageVerdict, ...] = () if asked.all else TO_SEE_TO
        rows = self._channels.messages.latest(self._store_id, channel_id=channel_id, verdicts=verdicts, limit=LATEST)
        for row in rows:
            facts = (row.id, f"{row.received_at:%Y-%m-%d %H:%M:%S}", row.verdict, str(row.answer_status), row.detail)
            print("  ".join(facts).rstrip())
        if not rows:
            print("None.")

    def _named(self, name: str) -> tuple[str, str, str]:
        """(store, channel, who asks). Raises ChannelNotFound."""
        names = {view.name: view.id for view in self._channels.desk.views(self._store_id)}
        if name not in names:
            raise ChannelNotFound(f"no channel is called {name!r}; there are: {', '.join(names) or 'none yet'}")
        return self._store_id, names[name], COMMAND_LINE


def _value(text: str, schema: Mapping[str, Any]) -> Any:
    """As the adapter's schema wants it: a text as it stands, anything else as JSON; a file's content after `@`, for
    others on this machine see a command line.
    """
    if text.startswith(FROM_FILE):
        text = Path(text.removeprefix(FROM_FILE)).read_text("utf-8").rstrip("\r\n")
    kinds = {part.get("type") for part in (schema, *schema.get("anyOf", ()))}
    if not kinds & JSON_KINDS:
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text  # the adapter says what it wanted instead
