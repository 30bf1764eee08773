"""The HTTP side of JD Daojia: signed forms, answers within answers, and pushes whose content is encrypted."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from backend.channels.port.calling import HttpCaller
from backend.channels.port.contract import Edge
from backend.channels.port.errors import ChannelRefused, ChannelUnavailable, PayloadUnknown
from backend.channels.port.notices import RawMessage
from backend.channels.port.profiles import JDDJ
from backend.channels.port.reading import read_form, read_json
from backend.channels.port.signatures import BEIJING, sign

OK = "0"
_PASSING_CODES = {"-3"}  # "a fault of the system"
_PASSING_WORDS = ("系统", "稍后", "繁忙", "频繁", "超时", "限流")
_BLOCK_BITS = 128


class DaojiaRefused(ChannelRefused):
    """JD answered with another code than 0. `facts["code"]` is it, `facts["words"]` what it says of it."""


class JddjClient:
    """Requests for one application."""

    def __init__(self, *, base_url: str, app_key: str, token: str, app_secret: str, edge: Edge) -> None:
        self._base_url = base_url.rstrip("/")
        self._app_key = app_key
        self._token = token
        self._secret = app_secret
        self._clock = edge.clock
        self._http = HttpCaller(edge)

    async def ask(self, operation: str, parameters: Mapping[str, Any]) -> Any:
        """What stands under `data`, read where it is a text. Raises DaojiaRefused, ChannelUnavailable, ChannelRefused,
        PayloadUnknown.
        """
        now = self._clock.now().astimezone(BEIJING)
        fields = {
            "token": self._token,
            "app_key": self._app_key,
            "timestamp": now.strftime("%Y-%m-%d %H:%M:%S"),
            "format": "json",
            "v": "1.0",
            "jd_param_json": json.dumps(parameters, ensure_ascii=False, separators=(",", ":")),
            "sign": "",
        }
        fields["sign"] = sign(JDDJ, RawMessage(urlencode(fields).encode()), secret=self._secret)
        response = await self._http.ask(self._http.build("POST", f"{self._base_url}/{operation}", data=fields))
        if response.status_code != 200:
            raise ChannelRefused(f"the platform answered {response.status_code} to {operation}")
        answer = _accepted(read_json(response.content), operation)
        inner = answer.get("data")
        if isinstance(inner, str) and inner.startswith("{"):
            inner = read_json(inner.encode())
        return _accepted(inner, operation) if isinstance(inner, dict) and "code" in inner else inner

    async def aclose(self) -> None:
        await self._http.aclose()


def opened(message: RawMessage, app_secret: str) -> RawMessage:
    """The message as it is signed: with its content in plain, where it came encrypted. Raises PayloadUnknown."""
    fields = read_form(message.body, message.query)
    encrypted = fields.pop("encrypt_jd_param_json", "")
    if encrypted:
        fields["jd_param_json"] = _decrypted(encrypted, app_secret)
    return RawMessage(urlencode(fields).encode(), message.headers, message.path)


def _decrypted(text: str, app_secret: str) -> str:
    """AES-128 in CBC: the first 16 characters of the secret are the key, the next 16 the start."""
    key = app_secret.encode()
    try:
        content = base64.b64decode(text, validate=True)
        decryptor = Cipher(algorithms.AES(key[:16]), modes.CBC(key[16:32])).decryptor()
        padded = decryptor.update(content) + decryptor.finalize()
        unpadder = padding.PKCS7(_BLOCK_BITS).unpadder()
        return (unpadder.update(padded) + unpadder.finalize()).decode()
    except (ValueError, binascii.Error) as error:
        raise PayloadUnknown("the message cannot be decrypted") from error


def _accepted(answer: Any, operation: str) -> dict[str, Any]:
    if not isinstance(answer, dict) or not isinstance(answer.get("code"), str | int):
        raise PayloadUnknown(f"the platform's answer to {operation} says nothing")
    code, words = str(answer["code"]), str(answer.get("msg", ""))
    if code == OK:
        return answer
    if code in _PASSING_CODES or any(passing in words for passing in _PASSING_WORDS):
        raise ChannelUnavailable(f"the platform is busy with {operation}", code=code)
    raise DaojiaRefused(
        f"the platform refused {operation} ({code[:20]})", operation=operation, code=code, words=words[:100]
    )
