"""Gateways over HTTP, for supervisors: how they do, adding and changing them. A secret goes in and never comes out."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from backend.core.openapi import problems
from backend.labels.endpoints import LabelsDep, OwnStoreDep
from backend.labels.errors import DriverUnknown, GatewayInUse, GatewayNotFound, GatewaySettingsInvalid
from shared.ids import Id

HEARD_LISTED = 100

router = APIRouter(prefix="/api/v1/stores/{store_id}", tags=["labels"])
GatewayName = Annotated[str, Path(min_length=1, max_length=60, pattern=r"^[\w .-]+$")]


class GatewayAnswer(BaseModel):
    """One gateway and how it does."""

    id: str
    name: str
    domain: str
    labels: int
    is_enabled: bool
    is_reachable: bool
    detail: str
    pending: int
    labels_known: int
    last_heard_at: datetime | None
    latency_p50_s: float | None
    latency_p95_s: float | None
    is_latency_measured: bool


class GatewaysAnswer(BaseModel):
    gateways: list[GatewayAnswer]


class SaveGatewayRequest(BaseModel):
    """`domain` names the driver; what `settings` may hold is that driver's business."""

    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)

    domain: str = Field(min_length=1, max_length=60)
    settings: dict[str, Any] = Field(description="secrets that are left out stay as they are; null takes one away")
    is_enabled: bool | None = Field(default=None, description="false: it is left alone; left out: as it is")


class SavedGatewayAnswer(BaseModel):
    id: Id


class GatewaySettingsAnswer(BaseModel):
    """In the place of each secret: `{"is_set": true}`."""

    domain: str
    settings: dict[str, Any]


class TestedGatewayAnswer(BaseModel):
    """`heard`: the first hundred labels it knows, by external id; `heard_total` counts them all."""

    is_reachable: bool
    detail: str
    heard_total: int
    heard: list[str]


class DriverAnswer(BaseModel):
    """What a driver says of itself, and the JSON schema of its settings.

    `words`: language -> `transport` and `verified_on` in it; English is what stands here. In the schema each property
    has the keyword `x-words`: language -> `title`, `description` and `options`.
    """

    domain: str
    name: str
    transport: str
    capability: str
    verified_on: str
    words: dict[str, dict[str, str]]
    settings: dict[str, Any]


class DriversAnswer(BaseModel):
    drivers: list[DriverAnswer]


@router.get("/gateways", summary="The radio bases and how they do")
async def list_gateways(store_id: OwnStoreDep, labels: LabelsDep) -> GatewaysAnswer:
    """Whether each can be reached, what it has pending, and the latency one plans with."""
    return GatewaysAnswer(
        gateways=[
            GatewayAnswer(
                id=view.gateway_id,
                name=view.name,
                domain=view.domain,
                labels=view.labels,
                is_enabled=view.is_enabled,
                is_reachable=view.health.is_reachable,
                detail=view.health.detail,
                pending=view.health.pending,
                labels_known=view.health.labels_known,
                last_heard_at=view.health.last_heard_at,
                latency_p50_s=view.capability.latency_p50_s if view.capability is not None else None,
                latency_p95_s=view.capability.latency_p95_s if view.capability is not None else None,
                is_latency_measured=view.is_latency_measured,
            )
            for view in await labels.gateways.views(store_id)
        ]
    )


@router.put(
    "/gateways/{name}",
    summary="Add a gateway, or change its settings; it is opened at once",
    responses=problems(DriverUnknown, GatewaySettingsInvalid),
)
async def save_gateway(
    store_id: OwnStoreDep, name: GatewayName, asked: SaveGatewayRequest, labels: LabelsDep
) -> SavedGatewayAnswer:
    """Secrets that are left out stay as they are. What could not be opened is kept all the same, and says why."""
    return SavedGatewayAnswer(
        id=await labels.gateways.save(store_id, name, asked.domain, asked.settings, is_enabled=asked.is_enabled)
    )


@router.get(
    "/gateways/{name}",
    summary="A gateway's settings, of its secrets only that they are set",
    responses=problems(GatewayNotFound),
)
async def gateway_settings(store_id: OwnStoreDep, name: GatewayName, labels: LabelsDep) -> GatewaySettingsAnswer:
    """In the place of each secret stands only that it is set."""
    domain, settings = await labels.gateways.settings(store_id, name)
    return GatewaySettingsAnswer(domain=domain, settings=settings)


@router.post(
    "/gateways/{name}/test",
    summary="Ask a gateway how it does and which labels it hears",
    responses=problems(GatewayNotFound),
)
async def test_gateway(store_id: OwnStoreDep, name: GatewayName, labels: LabelsDep) -> TestedGatewayAnswer:
    """Asked now, over the network: at most a hundred labels are listed, and all are counted."""
    tested = await labels.gateways.test(store_id, name)
    return TestedGatewayAnswer(
        is_reachable=tested.is_reachable,
        detail=tested.detail,
        heard_total=len(tested.heard),
        heard=list(tested.heard[:HEARD_LISTED]),
    )


@router.delete(
    "/gateways/{name}",
    status_code=204,
    summary="A gateway that is gone, with no label bound to it any more",
    responses=problems(GatewayNotFound, GatewayInUse),
)
async def remove_gateway(store_id: OwnStoreDep, name: GatewayName, labels: LabelsDep) -> None:
    """Take its labels off, or bind them to another gateway, before."""
    await labels.gateways.remove(store_id, name)


@router.get("/gateway-drivers", summary="Which kinds of gateways there are, and what each wants to be told")
async def list_drivers(store_id: OwnStoreDep, labels: LabelsDep) -> DriversAnswer:
    """Each with what it can do, what it was verified on, and the JSON schema of its settings."""
    return DriversAnswer(
        drivers=[
            DriverAnswer(
                domain=manifest.domain,
                name=manifest.name,
                transport=manifest.transport,
                capability=manifest.capability,
                verified_on=manifest.verified_on,
                words=labels.registry.words(manifest.domain).sentences(),
                settings=labels.registry.settings_schema(manifest.domain),
            )
            for manifest in labels.registry.manifests.values()
        ]
    )
