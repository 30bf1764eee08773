"""What to take: its picture, its names in the store's languages, what is printed on the pack."""

from __future__ import annotations

import flet as ft

from mobile import theme
from mobile.components.mark import mark
from shared.products import ProductCard

PICTURE_SHAPE_UNKNOWN = "box"
PICTURE_COLOUR_UNKNOWN = "#4A5560"


def product_card(product: ProductCard, languages: tuple[str, ...], *, picture_dp: int = 84) -> ft.Control:
    """`languages`: the picker's first, it is written largest."""
    return ft.Row(
        [product_picture(product, picture_dp), _names(product, languages)],
        spacing=14,
        vertical_alignment=ft.CrossAxisAlignment.CENTER,
    )


def product_picture(product: ProductCard, size_dp: int) -> ft.Control:
    """The drawn picture `shape:colour`, tinted; a plain box where it is not known."""
    shape, _, tint = product.picture.partition(":")
    colour = f"#{tint}" if len(tint) == 6 else PICTURE_COLOUR_UNKNOWN
    return ft.Container(
        width=size_dp,
        height=size_dp,
        bgcolor=theme.PLATE,
        border_radius=theme.CORNER_DP,
        alignment=ft.Alignment.CENTER,
        content=ft.Image(
            src=f"pictures/{shape or PICTURE_SHAPE_UNKNOWN}.svg",
            width=size_dp * 0.78,
            height=size_dp * 0.78,
            color=colour,
            color_blend_mode=ft.BlendMode.SRC_IN,
            fit=ft.BoxFit.CONTAIN,
            exclude_from_semantics=True,
            error_content=ft.Icon(ft.Icons.INVENTORY_2, color=colour, size=size_dp * 0.6),
        ),
    )


def _names(product: ProductCard, languages: tuple[str, ...]) -> ft.Control:
    names = list(dict.fromkeys(product.names.in_language(language) for language in languages or ("en",)))
    lines: list[ft.Control] = [
        mark(
            "product-name",
            ft.Text(names[0], style=theme.bold(theme.NAME_SP), max_lines=2, overflow=ft.TextOverflow.ELLIPSIS),
        )
    ]
    for name in names[1:]:
        lines.append(ft.Text(name, size=18, color=theme.INK, max_lines=1, overflow=ft.TextOverflow.ELLIPSIS))
    below = " · ".join(part for part in (product.size, product.sku) if part)
    lines.append(ft.Text(below, size=theme.TEXT_SP, color=theme.QUIET, max_lines=1, overflow=ft.TextOverflow.ELLIPSIS))
    return ft.Column(lines, spacing=1, tight=True, expand=True)
