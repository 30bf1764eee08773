"""What HubRise must know of a location's stock. Prices it takes with a whole catalogue only, and that is not ours.

Source: Patch Inventory and List Catalogs of content/developers/api/en/catalogs.md of HubRise/website: a stock of 0 is
out of stock, null is no entry, and without an entry the supply is unlimited. Only what stands in the catalogue changes.
"""

from __future__ import annotations

from backend.channels.port.errors import ChannelRefused, PayloadUnknown
from backend.channels.port.fields import id_of, text_of
from backend.channels.port.header_calls import HeaderCalls
from backend.channels.port.reports import Call

INVENTORY = "inventory"


def tell_stock(sku: str, *, is_available: bool) -> list[Call]:
    return [Call(INVENTORY, f"product:{sku}", {"sku_ref": sku, "stock": None if is_available else "0"})]


async def send(call: Call, calls: HeaderCalls, *, location_id: str, catalog_name: str) -> None:
    """Nothing where no catalogue is named. Raises ChannelRefused where the location sees none of that name."""
    if catalog_name:
        catalog_id = await _catalog_id(calls, location_id, catalog_name)
        path = f"catalogs/{catalog_id}/locations/{location_id}/inventory"
        await calls.json("PATCH", path, body=[call.body])


async def _catalog_id(calls: HeaderCalls, location_id: str, name: str) -> str:
    """A location and its account cannot have two catalogues of one name."""
    catalogs = await calls.json("GET", f"locations/{location_id}/catalogs")
    if not isinstance(catalogs, list):
        raise PayloadUnknown("the platform's list of catalogues is none")
    for catalog in catalogs:
        if text_of(catalog, "name") == name:
            return id_of(catalog, "id")
    raise ChannelRefused("the location has no catalogue of that name")
