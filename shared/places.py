"""The store as a place: locations with an address, and the map one can walk and draw."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from shared.ids import Id

ADDRESS_PATTERN = r"^[A-Z0-9]{1,4}-[0-9]{1,3}-[0-9]{1,2}$"


class Location(BaseModel):
    """Where a product stands: aisle, bay (section along the aisle), shelf (level, 1 is the lowest)."""

    model_config = ConfigDict(frozen=True)

    id: Id
    aisle: str = Field(min_length=1, max_length=4, pattern=r"^[A-Z0-9]+$")
    bay: int = Field(ge=1, le=999)
    shelf: int = Field(ge=1, le=99)
    node: int = Field(ge=0, description="the map node a picker stands on to reach it")
    x_m: float = Field(allow_inf_nan=False, description="where its label hangs, metres from the map's left edge")
    y_m: float = Field(allow_inf_nan=False, description="metres from the map's top edge")

    @property
    def address(self) -> str:
        """What a picker reads aloud: aisle, bay and shelf, `A12-4-3`."""
        return f"{self.aisle}-{self.bay}-{self.shelf}"


class MapNode(BaseModel):
    """A point of the store one can stand on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: int = Field(ge=0)
    x_m: float = Field(allow_inf_nan=False)
    y_m: float = Field(allow_inf_nan=False)


class MapEdge(BaseModel):
    """A stretch one can walk, both ways."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    a: int = Field(ge=0)
    b: int = Field(ge=0)
    length_m: float = Field(gt=0, allow_inf_nan=False)


class Fixture(BaseModel):
    """A piece of furniture, for the drawing only: a rectangle with a caption."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    x_m: float = Field(allow_inf_nan=False)
    y_m: float = Field(allow_inf_nan=False)
    width_m: float = Field(gt=0, allow_inf_nan=False)
    height_m: float = Field(gt=0, allow_inf_nan=False)
    caption: str = Field(default="", max_length=40)
    department: str = Field(default="", max_length=40)


class StoreMap(BaseModel):
    """The whole floor: what to draw (`fixtures`) and where to walk (`nodes`, `edges`)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    width_m: float = Field(gt=0, allow_inf_nan=False)
    height_m: float = Field(gt=0, allow_inf_nan=False)
    entrance: int = Field(ge=0, description="the node where every walk starts")
    desk: int = Field(ge=0, description="the node of the packing desk, where every walk ends")
    nodes: list[MapNode] = Field(min_length=2)
    edges: list[MapEdge] = Field(min_length=1)
    fixtures: list[Fixture] = []
