"""The described server over HTTP: credentials put on, tokens fetched and renewed, the pace kept."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import math
from dataclasses import replace

import httpx

from backend.labels.calling import call
from backend.labels.drivers.http_template.description import (
    AliyunAuth,
    BasicAuth,
    BearerAuth,
    HeaderAuth,
    Request,
    SignedFormAuth,
)
from backend.labels.drivers.http_template.protocol import (
    Filled,
    Meaning,
    Verdict,
    fill,
    form_body,
    judge,
    read_at,
)
from backend.labels.drivers.http_template.settings import HttpTemplateSettings
from backend.labels.drivers.http_template.signing import aliyun_form, signed_form
from backend.labels.port import DriverTools, GatewayUnreachable
from backend.labels.templates import Value, fill_text

ANSWER_WITHIN_S = 15.0
ANSWER_MAX_BYTES = 1024 * 1024
SECRET_SHORTEST = 4


class DescribedHttp:
    """One server."""

    def __init__(self, settings: HttpTemplateSettings, tools: DriverTools) -> None:
        self._settings = settings
        self._described = settings.described
        self._given = settings.given()
        self._tools = tools
        self._client = tools.make_http_client(base_url=settings.url, timeout=ANSWER_WITHIN_S)
        self._token, self._token_until_s = "", 0.0
        self._signing_in = asyncio.Lock()
        self._pacing = asyncio.Lock()
        self._next_s = 0.0
        self._nonces = 0

    async def close(self) -> None:
        await self._client.aclose()

    async def check(self) -> None:
        """Whether anything answers there, and gives us a token if it needs one. Raises GatewayError."""
        verdict, _ = await self.ask(fill(self._described.check, self._given))
        if verdict.meaning is Meaning.EXPIRED:
            raise GatewayUnreachable("the server refuses our credentials")

    async def ask(self, filled: Filled) -> tuple[Verdict, bytes]:
        """What an answer means, and the answer. A token that is refused is fetched anew, once."""
        used = await self._valid_token("")
        answer = await self._send(self._with_credentials(filled, used))
        verdict = judge(self._described.answer, answer.status_code, answer.content)
        if verdict.meaning is Meaning.EXPIRED and isinstance(self._described.auth, BearerAuth):
            answer = await self._send(self._with_credentials(filled, await self._valid_token(used)))
            verdict = judge(self._described.answer, answer.status_code, answer.content)
        return self._discreet(verdict), answer.content

    def _discreet(self, verdict: Verdict) -> Verdict:
        """A server may quote what it was sent; what is told on holds no secret."""
        hidden = [each.get_secret_value() for each in self._settings.secrets.values()] + [self._token]

        def hide(text: str) -> str:
            for secret in hidden:
                if len(secret) >= SECRET_SHORTEST:
                    text = text.replace(secret, "***")
            return text

        failed = {label: hide(reason) for label, reason in verdict.failed.items()}
        return replace(verdict, reason=hide(verdict.reason), failed=failed)

    def _with_credentials(self, filled: Filled, token: str) -> Filled:
        headers = dict(filled.headers)
        form = filled.form
        match self._described.auth:
            case BasicAuth(username=username, password=password):
                pair = f"{self._text(username)}:{self._text(password)}"
                headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
            case HeaderAuth(name=name, value=value):
                headers[name] = self._text(value)
            case BearerAuth(header=name, prefix=prefix):
                headers[name] = f"{prefix}{token}"
            case SignedFormAuth(fields=fields, ending=ending, signature=signature):
                now = self._tools.clock.now()
                once: dict[str, Value] = {
                    **self._given,
                    "random": self._nonce()[:10],
                    "timestamp": int(now.timestamp()),
                }
                added = {name: fill_text(text, once) for name, text in fields.items()}
                form = signed_form({**(form or {}), **added}, self._text(ending), signature)
            case AliyunAuth(version=version, access_key_id=key_id, access_key_secret=secret):
                given = (version, self._text(key_id), self._text(secret), self._tools.clock.now(), self._nonce())
                form = aliyun_form(filled.method, form or {}, *given)
        return replace(filled, headers=headers, form=form, body=form_body(form) if form is not None else filled.body)

    async def _send(self, filled: Filled) -> httpx.Response:
        await self._keep_pace()
        request = self._client.build_request(
            filled.method, filled.target, headers=dict(filled.headers), content=filled.body or None
        )
        return await call(
            self._client, request, self._tools.sleep, within_s=ANSWER_WITHIN_S, bytes_max=ANSWER_MAX_BYTES
        )

    async def _keep_pace(self) -> None:
        pace = self._described.calls_per_second
        if pace is None:
            return
        async with self._pacing:
            now_s = self._tools.clock.monotonic_s()
            if self._next_s > now_s:
                await self._tools.sleep(self._next_s - now_s)
            self._next_s = max(now_s, self._next_s) + 1 / pace

    async def _valid_token(self, refused: str) -> str:
        """A token that is not `refused`; many who ask at one time fetch one."""
        auth = self._described.auth
        if not isinstance(auth, BearerAuth):
            return ""
        async with self._signing_in:
            now_s = self._tools.clock.monotonic_s()
            if self._token in ("", refused) or now_s >= self._token_until_s:
                self._token = ""
                token, lasts_s = await self._fetch_token(auth, auth.request)
                self._token, self._token_until_s = token, now_s + lasts_s
            return self._token

    async def _fetch_token(self, auth: BearerAuth, request: Request) -> tuple[str, float]:
        filled = fill(request, self._given)
        if filled.form is not None:
            filled = replace(filled, body=form_body(filled.form))
        answer = await self._send(filled)
        token = read_at(answer.content, auth.token) if answer.is_success else None
        if not token or not token.isprintable():
            raise GatewayUnreachable(f"the server gave us no token ({answer.status_code})")
        return token, lasts_s(read_at(answer.content, auth.lasts_s) if auth.lasts_s else None, auth.lasts_at_most_s)

    def _nonce(self) -> str:
        """Never the same again: instant, count and chance, for chance alone may be seeded."""
        self._nonces += 1
        seed = f"{self._tools.clock.now().isoformat()}|{self._nonces}|{self._tools.chance.getrandbits(64)}"
        return hashlib.sha256(seed.encode()).hexdigest()[:32]

    def _text(self, template: str) -> str:
        return fill_text(template, self._given)


def lasts_s(said: str | None, at_most_s: float) -> float:
    """A little less than the server says, for the call takes time as well."""
    try:
        said_s = float(said) if said is not None else at_most_s
    except ValueError:
        said_s = at_most_s
    if math.isnan(said_s):  # it would last for ever
        said_s = at_most_s
    return min(max(said_s, 0.0), at_most_s) * 0.9
