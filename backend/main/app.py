"""The ASGI application over an assembled house: routes, doors, health, and the phone app's files."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Depends, FastAPI, Request, Response
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from backend.catalog.availability_endpoints import router as availability_router
from backend.catalog.endpoints import router as catalog_router
from backend.catalog.price_endpoints import router as prices_router
from backend.channels.asyncapi import document, to_yaml
from backend.channels.channel_endpoints import router as channel_desk_router
from backend.channels.endpoints import order_route
from backend.channels.endpoints import router as channels_router
from backend.channels.held_order_endpoints import router as held_orders_router
from backend.channels.message_endpoints import router as messages_router
from backend.channels.push_endpoints import router as pushes_router
from backend.channels.stream_endpoints import router as stream_router
from backend.channels.webhook_endpoints import router as webhooks_router
from backend.core.app_files import AppFiles
from backend.core.doors import Doors
from backend.core.http import install_error_handlers
from backend.demo.endpoints import router as demo_router
from backend.handover.endpoints import router as handover_router
from backend.insight.endpoints import router as insight_router
from backend.labels.endpoints import router as labels_router
from backend.labels.gateway_endpoints import router as gateways_router
from backend.labels.import_endpoints import router as bindings_router
from backend.labels.light_rules_endpoints import router as light_rules_router
from backend.labels.price_endpoints import router as shelf_prices_router
from backend.main import health
from backend.main.description import complete
from backend.main.house import House
from backend.main.interface_page import page
from backend.people.endpoints import router as people_router
from backend.people.http import require_supervisor
from backend.picking.endpoints import router as picking_router
from backend.stores.endpoints import router as stores_router
from backend.sync.endpoints import router as sync_router

STORE_IMPORT_MAX_BYTES = 16_777_216
INTERFACE_DESCRIPTION, STREAM_DESCRIPTION = "/api/v1/openapi.json", "/api/v1/asyncapi.yaml"
DESCRIPTION_PAGE = "/api/v1/docs"
ROUTERS = (
    people_router,
    stores_router,
    catalog_router,
    prices_router,
    availability_router,
    channels_router,
    webhooks_router,
    channel_desk_router,
    messages_router,
    held_orders_router,
    stream_router,
    pushes_router,  # after all others below /channels: its path takes everything
    picking_router,
    handover_router,
    shelf_prices_router,
    labels_router,
    bindings_router,
    gateways_router,
    light_rules_router,
    sync_router,
    insight_router,
)

DESCRIPTION = """Assisted picking for stores with electronic shelf labels.

Channels post orders with a channel key (`Authorization: Bearer bpk_...`) and an `Idempotency-Key`; what happens to them
comes back over the websocket `/api/v1/channels/stream`. Errors are `application/problem+json`.
"""


def create_app(house: House) -> FastAPI:
    """The application. Its lifespan starts and stops the house."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await house.start()
        try:
            yield
        finally:
            await house.stop()

    is_open = not house.settings.is_production
    app = FastAPI(
        title="Blinkpick",
        version="0.1.0",
        description=DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        openapi_url=INTERFACE_DESCRIPTION if is_open else None,
        telemetry={"tracing": False, "metrics": False, "logs": False},  # we have our own, and asking costs each request
    )
    app.state.house = house
    install_error_handlers(app)
    app.state.demo_platform = None
    app.router.routes.insert(0, order_route)
    routers = (*ROUTERS, demo_router) if house.settings.is_demo else ROUTERS
    for router in routers:
        app.include_router(router)
    if is_open:
        app.get(STREAM_DESCRIPTION, include_in_schema=False)(read_stream_description)
        app.get(DESCRIPTION_PAGE, include_in_schema=False)(read_description_page)
    _add_health(app, is_production=house.settings.is_production)
    complete(app, routers)
    app.router.default = _files_beside(app.router.not_found, AppFiles(house.settings.app_path))
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=house.settings.allowed_hosts)
    app.add_middleware(Doors, ids=house.ids, body_max_bytes={"/api/v1/stores/": STORE_IMPORT_MAX_BYTES})
    return app


def _files_beside(not_found: ASGIApp, files: ASGIApp) -> ASGIApp:
    """What no route answers is a file of the phone app, unless it was meant for the interface or is a websocket.

    A mounted application would take these from the routes too: a GET where only POST is known must be told so.
    """

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        is_file = scope["type"] == "http" and not f"{scope['path']}/".startswith("/api/")
        await (files if is_file else not_found)(scope, receive, send)

    return answer


async def read_stream_description() -> Response:
    """What travels on a channel's websocket, as AsyncAPI; beside the OpenAPI description of the rest."""
    return Response(to_yaml(document()), media_type="application/yaml")


async def read_description_page(request: Request) -> Response:
    """The OpenAPI description for people."""
    headers = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
    shown = page(request.app.openapi(), description_url=INTERFACE_DESCRIPTION)
    return Response(shown, media_type="text/html; charset=utf-8", headers=headers)


def _add_health(app: FastAPI, *, is_production: bool) -> None:
    app.include_router(health.router)
    guards = [Depends(require_supervisor)] if is_production else []
    app.get("/metrics", tags=health.TAGS, summary="Prometheus metrics", dependencies=guards)(health.read_metrics)
