"""What comes along the serial line of a Bluetooth access point: cut into lines, and each line read."""

from __future__ import annotations

import contextlib

from backend.labels.drivers.ble_esl.shell import LINE_MAX_BYTES, LineSplitter, parse_line
from backend.labels.port import AnswerMalformed

SEEDS = [
    b"\x1b[1;32mESL_AP:~$ \x1b[m#RESPONSE:003#SLOT:0,0x03340100\r\n",
    b"#PUSH_SYNC_BUF:018 len 40\r\n#PUSH_SYNC_BUF:018 failed (-16)\r\n",
    b"#ABSTIME:4294967295\r\nWHOAMI:AP\r\n*** Booting Zephyr OS build v3.5.99 ***\r\n",
]


def try_one(raw: bytes) -> None:
    lines = [*LineSplitter().feed(raw)]
    for line in lines:
        assert len(line) <= LINE_MAX_BYTES
        assert not {*b"\r\n"} & {*line}
    for line in [raw, *lines, b"#RESPONSE:003#SLOT:0,0x" + raw.hex().encode()]:
        with contextlib.suppress(AnswerMalformed):
            parse_line(line)
