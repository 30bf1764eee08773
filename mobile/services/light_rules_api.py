"""What a supervisor's phone asks about quiet hours and the light budget; answered or refused as BackendApi says."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from mobile.services.backend_api import BackendApi, read_answer


class LightRules(BaseModel):
    """None: as the store's system has it, which is what `usual_` says. `quiet_hours` "" for never."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    quiet_hours: str | None = None
    lit_max_s_per_day: int | None = None
    usual_quiet_hours: str = ""
    usual_lit_max_s_per_day: int
    is_quiet_now: bool = False


class LightRulesApi:
    """`token` is a supervisor's session, `store_id` their store."""

    def __init__(self, api: BackendApi) -> None:
        self._api = api

    async def rules(self, token: str, store_id: str) -> LightRules:
        return read_answer(LightRules, await self._api.ask("GET", _path(store_id), token=token))

    async def change(
        self, token: str, store_id: str, quiet_hours: str | None, lit_max_s_per_day: int | None
    ) -> LightRules:
        """What holds from now on."""
        body = {"quiet_hours": quiet_hours, "lit_max_s_per_day": lit_max_s_per_day}
        return read_answer(LightRules, await self._api.ask("PUT", _path(store_id), body=body, token=token))


def _path(store_id: str) -> str:
    return f"/stores/{store_id}/light-rules"
