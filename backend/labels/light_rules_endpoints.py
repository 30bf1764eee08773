"""How the store's labels are lit, over HTTP, for supervisors: quiet hours, and what a battery may give a day."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import Field, field_validator

from backend.labels.endpoints import Asking, LabelsDep, OwnStoreDep
from backend.labels.light_rules import OwnRules
from backend.labels.quiet import QuietHours

LIT_LEAST_S, LIT_MOST_S = 60, 86_400

router = APIRouter(prefix="/api/v1/stores/{store_id}", tags=["labels"])


class LightRulesRequest(Asking):
    """What is left out, or null, is as the program's settings say."""

    quiet_hours: str | None = Field(default=None, max_length=20, description="22:00-06:30; empty: never")
    lit_max_s_per_day: int | None = Field(default=None, ge=LIT_LEAST_S, le=LIT_MOST_S)

    @field_validator("quiet_hours")
    @classmethod
    def _are_hours(cls, text: str | None) -> str | None:
        if text is not None:
            QuietHours.read(text)
        return text


class LightRulesAnswer(LightRulesRequest):
    """Besides what the store has said itself, what holds without it (`usual_`)."""

    usual_quiet_hours: str
    usual_lit_max_s_per_day: int
    is_quiet_now: bool


@router.get("/light-rules", summary="Quiet hours and the light budget of the store")
async def light_rules(store_id: OwnStoreDep, labels: LabelsDep) -> LightRulesAnswer:
    """What the store has said itself, and what holds where it has said nothing."""
    own, usual = labels.rules.own(store_id), labels.rules.usual
    return LightRulesAnswer(
        quiet_hours=own.quiet_hours,
        lit_max_s_per_day=own.lit_max_s_per_day,
        usual_quiet_hours=str(usual.quiet_hours or ""),
        usual_lit_max_s_per_day=usual.lit_max_s_per_day,
        is_quiet_now=labels.lighting.is_quiet(store_id),
    )


@router.put("/light-rules", summary="Change them; effective at once")
async def change_light_rules(store_id: OwnStoreDep, asked: LightRulesRequest, labels: LabelsDep) -> LightRulesAnswer:
    """What is left out goes back to what the program's settings say."""
    await labels.rules.change(store_id, OwnRules(asked.quiet_hours, asked.lit_max_s_per_day))
    return await light_rules(store_id, labels)
