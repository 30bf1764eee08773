"""What labels answer, byte for byte, there and back, and a parser that raises only its own error."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.labels.drivers.ble_esl.responses import (
    BasicState,
    DisplayState,
    ErrorCode,
    LedState,
    Refusal,
    Response,
    SensorValue,
    StateBits,
    VendorResponse,
    decode_response,
    decode_responses,
    encode_response,
)
from backend.labels.port import AnswerMalformed

octets = st.integers(0, 255)
responses: st.SearchStrategy[Response] = st.one_of(
    st.builds(Refusal, octets),
    st.builds(LedState, octets),
    st.builds(BasicState, st.integers(0, 31).map(StateBits)),
    st.builds(DisplayState, octets, octets),
    st.builds(SensorValue, octets, st.binary(max_size=15)),
    st.builds(VendorResponse, st.binary(min_size=1, max_size=16)),
)


class TestResponse:
    @pytest.mark.parametrize(
        ("encoded", "response"),
        [
            ("0006", Refusal(ErrorCode.INVALID_PARAMETERS)),
            ("0100", LedState(0)),
            ("100300", BasicState(StateBits.SERVICE_NEEDED | StateBits.SYNCHRONIZED)),
            ("110102", DisplayState(1, 2)),
            ("1E00", None),
            ("2E00100B", SensorValue(0, b"\x10\x0b")),
            ("1FAABB", VendorResponse(b"\xaa\xbb")),
        ],
    )
    def test_known_responses_byte_for_byte(self, encoded: str, response: Response | None) -> None:
        if response is None:
            with pytest.raises(AnswerMalformed, match="announced"):
                decode_response(bytes.fromhex(encoded))
            return
        assert decode_response(bytes.fromhex(encoded)) == response
        assert encode_response(response).hex().upper() == encoded

    @given(responses)
    def test_there_and_back(self, response: Response) -> None:
        assert decode_response(encode_response(response)) == response

    @given(st.binary(max_size=60))
    def test_anything_else_is_malformed_and_nothing_worse(self, raw: bytes) -> None:
        for decode in (decode_response, decode_responses):
            with contextlib.suppress(AnswerMalformed):
                decode(raw)

    def test_bits_of_a_later_version_are_passed_over(self) -> None:
        assert decode_response(bytes.fromhex("10E2FF")) == BasicState(StateBits.SYNCHRONIZED)

    @given(octets)
    def test_every_refusal_has_a_reason(self, code: int) -> None:
        assert len(Refusal(code).reason) > 15

    @pytest.mark.parametrize(
        ("code", "word"), [(ErrorCode.INSUFFICIENT_BATTERY, "battery"), (0xF7, "vendor"), (0x55, "55")]
    )
    def test_reasons_say_which(self, code: int, word: str) -> None:
        assert word in Refusal(code).reason
