"""The command line: serve the store, migrate the database, enrol a phone, look after channels."""

from __future__ import annotations

import argparse
import asyncio
import sys

from pydantic import ValidationError
from pydantic_settings import SettingsError

from backend.main.channels_desk import channels, describe
from backend.main.serving import enrol, migrate_only, serve
from backend.settings import Settings


def main() -> int:
    """Returns the exit status: 2 where a setting is wrong."""
    arguments = _parse()
    try:
        settings = Settings()
    except ValidationError as error:
        for problem in error.errors(include_input=False, include_url=False):
            print(f"setting {'.'.join(map(str, problem['loc'])) or 'combination'}: {problem['msg']}", file=sys.stderr)
        return 2
    except SettingsError as error:  # a list or a section that is not JSON; it names the setting and repeats no value
        print(f"{error}: it is written as JSON", file=sys.stderr)
        return 2
    if arguments.command == "serve":
        return serve(settings)
    if arguments.command == "migrate":
        migrate_only(settings)
        return 0
    if arguments.command == "channels":
        return asyncio.run(channels(settings, arguments))
    return asyncio.run(enrol(settings, arguments.store))


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m backend.main", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("serve", help="migrate, load the demo store if there is no store yet, and serve")
    commands.add_parser("migrate", help="bring the database to the newest shape")
    enrolling = commands.add_parser("enrol", help="print a one-time code for a phone")
    desk = commands.add_parser("channels", help="look at channels, add and change them, replay their messages")
    describe(desk)
    for each in (enrolling, desk):
        each.add_argument("--store", default="", help="the store's id; may be left out where there is only one")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
