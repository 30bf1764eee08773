"""The serial shell of an access point with Nordic's `central_esl` firmware: what to write, and what comes back. Pure.

Found in its sources (`esl_client_shell.c`, `esl_client.c`), and not guessed from the names:
a group is written in hex and answered in decimal; the group's own byte is put before the commands by the access point;
response keys count only if there are at least two, one for each slot from the first on; once an answer has come, the
group refuses the next packet (-16) until its answers were dumped; an answer that cannot be decrypted is printed all the
same, as whatever lay in memory; lines of the radio come between prompt, echo and colour codes of the shell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from backend.labels.drivers.ble_esl.encrypted import KEY_BYTES, KeyMaterial, unwrap
from backend.labels.drivers.ble_esl.protocol import GROUPS_MAX
from backend.labels.drivers.ble_esl.responses import Response, decode_responses
from backend.labels.port import AnswerMalformed

ENTER = b"\r"
WHO = "WHOAMI"
READ_TIME = "esl_c ap_abs"
PUSH, CLEAR = "esl_c pawr push_sync_buf", "esl_c pawr dump_resp_buf"
BUSY = -16
KEYS_MIN = 2
LINE_MAX_BYTES = 1_024
NO_KEY = bytes(KEY_BYTES)

_COLOURS = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]")
_RESPONSE = re.compile(r"#RESPONSE:(\d{1,3})#SLOT:(\d{1,3}),0x((?:[0-9A-Fa-f]{2})*)")
_PUSHED = re.compile(r"#PUSH_SYNC_BUF:(\d{1,3}) len (\d{1,3})")
_REFUSED = re.compile(r"#PUSH_SYNC_BUF:(\d{1,3}) failed \((-?\d{1,6})\)")
_TIME = re.compile(r"#ABSTIME:(\d{1,10})")
_ROLE = re.compile(r"WHOAMI:(\w{1,20})")
_BOOT = "*** Booting "


@dataclass(frozen=True, slots=True)
class Pushed:
    """A packet waits for its group's turn."""

    group: int


@dataclass(frozen=True, slots=True)
class PushRefused:
    """A packet was not taken; `code` BUSY: the group's last one is not done with."""

    group: int
    code: int


@dataclass(frozen=True, slots=True)
class Answer:
    """A label answered in a slot of its group."""

    group: int
    slot: int
    responses: Sequence[Response]


@dataclass(frozen=True, slots=True)
class AbsoluteTime:
    milliseconds: int


@dataclass(frozen=True, slots=True)
class Role:
    """What stands at the other end: "AP" if it is an access point."""

    name: str


@dataclass(frozen=True, slots=True)
class Booted:
    """The access point has just started anew."""


Said = Pushed | PushRefused | Answer | AbsoluteTime | Role | Booted


def push_packet(group: int, commands: bytes, keys: Sequence[KeyMaterial]) -> str:
    """The line that sends commands to a group; `keys`: of the labels that will answer, in the commands' order."""
    encoded = [key.encoded() for key in keys]
    encoded += [NO_KEY] * (KEYS_MIN - len(encoded))
    return " ".join([PUSH, f"{group:x}", commands.hex(), *(key.hex() for key in encoded)])


def clear_answers(group: int) -> str:
    """The line that makes a group ready for its next packet."""
    return f"{CLEAR} {group:x}"


def parse_line(line: bytes) -> Said | None:
    """What a line says; None for prompts, echoes and logs. Raises AnswerMalformed if it is one of ours but damaged.

    The error does not repeat the line: an echo of ours holds keys.
    """
    text = _COLOURS.sub(b"", line).decode("ascii", errors="replace").strip()
    if _BOOT in text:
        return Booted()
    if (match := _ROLE.search(text)) is not None:
        return Role(match.group(1))
    mark = text.find("#")
    if mark < 0:
        return None
    return _marked(text[mark:])


def _marked(text: str) -> Said | None:
    if text.startswith("#RESPONSE:"):
        match = _whole(_RESPONSE, text)
        responses = decode_responses(unwrap(bytes.fromhex(match.group(3))))
        return Answer(_group(match.group(1)), int(match.group(2)), responses)
    if text.startswith("#PUSH_SYNC_BUF:"):
        if (refused := _REFUSED.fullmatch(text)) is not None:
            return PushRefused(_group(refused.group(1)), int(refused.group(2)))
        return Pushed(_group(_whole(_PUSHED, text).group(1)))
    if text.startswith("#ABSTIME:"):
        milliseconds = int(_whole(_TIME, text).group(1))
        if milliseconds >= 2**32:
            raise AnswerMalformed(f"{milliseconds} is no time of 32 bits")
        return AbsoluteTime(milliseconds)
    return None


def _whole(pattern: re.Pattern[str], text: str) -> re.Match[str]:
    match = pattern.fullmatch(text)
    if match is None:
        raise AnswerMalformed(f"a damaged {text[: text.find(':')]} line")
    return match


def _group(digits: str) -> int:
    if int(digits) >= GROUPS_MAX:
        raise AnswerMalformed(f"there is no group {digits}")
    return int(digits)


class LineSplitter:
    """Cuts what arrives into lines; what is longer than any line of the shell is passed over up to the next one."""

    def __init__(self) -> None:
        self._rest = bytearray()
        self._is_skipping = False
        self.overlong = 0

    def feed(self, received: bytes) -> Iterator[bytes]:
        """The lines that end in what was received. Read them before the next call."""
        for part in re.split(rb"([\r\n])", received):
            if part in (b"\r", b"\n"):
                line, is_whole = bytes(self._rest), not self._is_skipping
                self._rest.clear()
                self._is_skipping = False
                if line and is_whole:
                    yield line
            elif not self._is_skipping:
                self._rest += part
                if len(self._rest) > LINE_MAX_BYTES:
                    self._rest.clear()
                    self._is_skipping = True
                    self.overlong += 1
