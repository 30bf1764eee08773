"""Commands and responses byte for byte, there and back, and a parser that raises only its own error."""

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.labels.drivers.ble_esl.led import Light
from backend.labels.drivers.ble_esl.protocol import (
    PLAIN,
    Command,
    DisplayImage,
    EslAddress,
    LedControl,
    Opcode,
    PlainCommand,
    ReadSensor,
    RefreshDisplay,
    VendorCommand,
    decode_address,
    decode_command,
    decode_commands,
    encode_command,
)
from backend.labels.port import AnswerMalformed
from tests.backend.labels.drivers.ble_esl.vectors import VECTORS

octets, levels = st.integers(0, 255), st.integers(0, 3)
times_ms = st.none() | st.integers(0, 2**32 - 1)
lights = st.builds(
    Light,
    st.tuples(levels, levels, levels),
    levels,
    st.integers(0, 2**40 - 1),
    st.integers(1, 255).map(lambda step: step * 2),
    st.integers(1, 255).map(lambda step: step * 2),
    st.booleans(),
    st.integers(0, 0x7FFF),
)
commands: st.SearchStrategy[Command] = st.one_of(
    st.builds(PlainCommand, octets, st.sampled_from(sorted(PLAIN))),
    st.builds(ReadSensor, octets, octets),
    st.builds(RefreshDisplay, octets, octets),
    st.builds(DisplayImage, octets, octets, octets, times_ms),
    st.builds(LedControl, octets, octets, lights, times_ms),
    st.builds(VendorCommand, octets, st.binary(max_size=15)),
)


class TestCommand:
    @pytest.mark.parametrize("vector", VECTORS["led_commands"], ids=lambda vector: vector["name"])
    def test_known_lights_byte_for_byte(self, vector: dict[str, Any]) -> None:
        light = Light(
            gamut=tuple(vector["gamut"]),
            brightness=vector["brightness"],
            pattern=int(vector["pattern"], 16),
            off_ms=vector["off_ms"],
            on_ms=vector["on_ms"],
            in_seconds=vector["in_seconds"],
            count=vector["count"],
        )
        command = LedControl(vector["number"], vector["led"], light, vector["at_ms"])
        assert encode_command(command).hex().upper() == vector["hex"]
        assert decode_command(bytes.fromhex(vector["hex"])) == command

    @pytest.mark.parametrize("vector", VECTORS["vendor_commands"], ids=lambda vector: vector["hex"])
    def test_known_vendor_commands_byte_for_byte(self, vector: dict[str, Any]) -> None:
        command = VendorCommand(vector["number"], bytes.fromhex(vector["parameters"]))
        assert encode_command(command).hex().upper() == vector["hex"]
        assert decode_command(bytes.fromhex(vector["hex"])) == command

    @pytest.mark.parametrize(
        ("command", "encoded"),
        [
            (PlainCommand(7), "0007"),
            (PlainCommand(7, Opcode.UNASSOCIATE), "0107"),
            (PlainCommand(7, Opcode.SERVICE_RESET), "0207"),
            (PlainCommand(7, Opcode.FACTORY_RESET), "0307"),
            (PlainCommand(7, Opcode.UPDATE_COMPLETE), "0407"),
            (ReadSensor(7, 1), "100701"),
            (RefreshDisplay(7, 1), "110701"),
            (DisplayImage(7, 1, 2), "20070102"),
            (DisplayImage(7, 1, 2, 123_456), "6007010240E20100"),
        ],
    )
    def test_the_others_by_their_table(self, command: Command, encoded: str) -> None:
        assert encode_command(command).hex().upper() == encoded

    @given(commands)
    def test_there_and_back(self, command: Command) -> None:
        row = encode_command(command)
        assert len(row) == (row[0] >> 4) + 2 <= 17
        assert decode_command(row) == command

    @given(st.lists(commands, max_size=5))
    def test_several_one_after_another(self, several: list[Command]) -> None:
        assert decode_commands(b"".join(map(encode_command, several))) == several

    @given(st.binary(max_size=40))
    def test_anything_else_is_malformed_and_nothing_worse(self, raw: bytes) -> None:
        for decode in (decode_command, decode_commands):
            with contextlib.suppress(AnswerMalformed):
                decode(raw)

    @pytest.mark.parametrize("row", ["", "00", "B00500", "0005FF", "7005000000000000FF", "B00500CCA00000000000327900"])
    def test_what_is_wrong_is_refused(self, row: str) -> None:
        with pytest.raises(AnswerMalformed):
            decode_command(bytes.fromhex(row))


class TestAddress:
    @given(st.integers(0, 127), octets)
    def test_there_and_back(self, group: int, number: int) -> None:
        address = EslAddress(group, number)
        assert decode_address(address.encoded()) == address
        assert decode_address(address.encoded() | 0x8000) == address  # the top bit is not used

    def test_group_3_label_5_is_0305(self) -> None:
        assert EslAddress(3, 5).encoded() == 0x0305

    @pytest.mark.parametrize(("group", "number"), [(128, 0), (-1, 0), (0, 256), (0, -1)])
    def test_what_is_no_address(self, group: int, number: int) -> None:
        with pytest.raises(AnswerMalformed):
            EslAddress(group, number)

    @pytest.mark.parametrize("encoded", [-1, 0x10000])
    def test_more_than_sixteen_bits_are_no_address(self, encoded: int) -> None:
        with pytest.raises(AnswerMalformed):
            decode_address(encoded)
