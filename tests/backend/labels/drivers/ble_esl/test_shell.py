"""The shell's lines, as its sources print them, among everything else that comes along a serial line."""

import contextlib
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.labels.drivers.ble_esl.encrypted import KeyMaterial
from backend.labels.drivers.ble_esl.responses import BasicState, LedState, Refusal, StateBits
from backend.labels.drivers.ble_esl.shell import (
    BUSY,
    LINE_MAX_BYTES,
    AbsoluteTime,
    Answer,
    Booted,
    LineSplitter,
    Pushed,
    PushRefused,
    Role,
    clear_answers,
    parse_line,
    push_packet,
)
from backend.labels.port import AnswerMalformed

PROMPT = b"\x1b[1;32mESL_AP:~$ \x1b[m"
KEY = KeyMaterial(bytes(range(16)), bytes(range(16, 24)))
chunks = st.lists(st.binary(max_size=40) | st.sampled_from([b"\r\n", b"\r", b"\n", PROMPT]), max_size=12)


class TestWrite:
    def test_the_group_is_hexadecimal_and_a_second_key_is_filled_in(self) -> None:
        """A single key is passed over by the shell."""
        line = push_packet(0x7F, bytes.fromhex("0005"), [KEY])
        assert line == f"esl_c pawr push_sync_buf 7f 0005 {KEY.encoded().hex()} {'00' * 24}"

    def test_the_longest_line_fits_into_the_shells_buffer(self) -> None:
        line = push_packet(127, bytes(46), [KEY] * 23)
        assert len(line) < 1_282
        assert len(line.split()) <= 48

    def test_a_group_is_made_ready_again(self) -> None:
        assert clear_answers(18) == "esl_c pawr dump_resp_buf 12"


class TestRead:
    @pytest.mark.parametrize(
        ("line", "said"),
        [
            (b"#RESPONSE:003#SLOT:0,0x03340100", Answer(3, 0, [LedState(0)])),
            (b"#RESPONSE:127#SLOT:7,0x03340008", Answer(127, 7, [Refusal(8)])),
            (b"#RESPONSE:018#SLOT:12,0x0434100200", Answer(18, 12, [BasicState(StateBits.SYNCHRONIZED)])),
            (PROMPT + b"#RESPONSE:003#SLOT:0,0x03340100", Answer(3, 0, [LedState(0)])),
            (b"#PUSH_SYNC_BUF:018 len 40", Pushed(18)),
            (b"#PUSH_SYNC_BUF:018 failed (-16)", PushRefused(18, BUSY)),
            (b"#ABSTIME:4294967295", AbsoluteTime(2**32 - 1)),
            (b"WHOAMI:AP", Role("AP")),
            (b"WHOAMI:TAG", Role("TAG")),
            (b"*** Booting Zephyr OS build v3.5.99-ncs1 ***", Booted()),
        ],
    )
    def test_what_it_says(self, line: bytes, said: object) -> None:
        assert parse_line(line) == said

    @pytest.mark.parametrize(
        "line",
        [
            PROMPT,
            PROMPT + b"esl_c pawr push_sync_buf 3 B00500CCA00000000032327900 000102 000000",
            b"[00:00:12.345,678] <inf> esl_c: group_id 3 slot 0 buf len 17",
            b"#RESPONSESLOT:00,0x0e31aabbccddee",
            b"#TAG_SCANNED: 1,C0:11:22:33:44:55 (random) to list",
            b"esl_c: command not found",
            b"\xff\xfe\x00",
        ],
    )
    def test_what_is_not_for_us_is_passed_over(self, line: bytes) -> None:
        assert parse_line(line) is None

    @pytest.mark.parametrize(
        "line",
        [
            b"#RESPONSE:003#SLOT:0,0x0334010",
            b"#RESPONSE:003#SLOT:0,0x",
            b"#RESPONSE:128#SLOT:0,0x03340100",
            b"#RESPONSE:003#SL\x1b[1;32mESL_AP:~$ \x1b[mOT:0,0x03340100",
            b"#RESPONSE:003#SLOT:0,0x8f1c77aa",
            b"#RESPONSE:003#SLOT:0,0x033402ff",
            b"#PUSH_SYNC_BUF:018 le",
            b"#PUSH_SYNC_BUF:200 len 4",
            b"#ABSTIME:",
            b"#ABSTIME:4294967296",
        ],
    )
    def test_what_is_damaged_or_was_not_decrypted_is_malformed(self, line: bytes) -> None:
        with pytest.raises(AnswerMalformed):
            parse_line(line)

    @given(st.binary(max_size=120))
    def test_anything_else_is_malformed_and_nothing_worse(self, raw: bytes) -> None:
        for line in (
            raw,
            b"#RESPONSE:003#SLOT:0,0x" + raw.hex().encode(),
            b"#ABSTIME:" + raw,
            b"#PUSH_SYNC_BUF:" + raw,
        ):
            with contextlib.suppress(AnswerMalformed):
                parse_line(line)


class TestSplit:
    def test_lines_end_in_either_or_both(self) -> None:
        assert [*LineSplitter().feed(b"one\r\ntwo\nthree\r\r\n\nrest")] == [b"one", b"two", b"three"]

    @given(chunks)
    def test_it_does_not_matter_in_how_many_pieces_they_come(self, pieces: list[bytes]) -> None:
        splitter = LineSplitter()
        in_pieces = [line for piece in pieces for line in splitter.feed(piece)]
        assert in_pieces == [*LineSplitter().feed(b"".join(pieces))]
        assert not any(b"\r" in line or b"\n" in line for line in in_pieces)

    def test_what_never_ends_is_passed_over_up_to_the_next_line(self) -> None:
        splitter = LineSplitter()
        for _ in range(100):
            assert [*splitter.feed(b"x" * 100)] == []
        assert [*splitter.feed(b"\r\nWHOAMI:AP\r\n")] == [b"WHOAMI:AP"]
        assert splitter.overlong == 1

    @given(chunks)
    def test_what_it_keeps_is_bounded(self, pieces: list[bytes]) -> None:
        splitter = LineSplitter()
        for piece in pieces * 5:
            for one, other in pairwise([b"", *splitter.feed(piece * 9)]):
                assert max(len(one), len(other)) <= LINE_MAX_BYTES
