"""Every screen there is, and what lies on top of what."""

from __future__ import annotations

from enum import StrEnum


class Screen(StrEnum):
    """Everything that can fill the phone. The value is the route."""

    ENROL = "enrol"
    SIGN_IN = "sign-in"
    WORK = "work"
    START = "start"
    STOP = "stop"
    FINISH = "finish"
    MAP = "map"
    SHORT = "short"
    SUBSTITUTE = "substitute"
    TYPED_CODE = "typed-code"
    WEIGHT = "weight"
    PROBLEMS = "problems"
    SETTINGS = "settings"
    HANDOVER = "handover"
    BOARD = "board"
    SHELF = "shelf"
    ENROL_PHONE = "enrol-phone"
    LABELS = "labels"
    HANG_LABEL = "hang-label"
    FIND_LABEL = "find-label"
    AISLES = "aisles"
    SHELF_PRICES = "shelf-prices"
    BINDINGS = "bindings"
    GATEWAYS = "gateways"
    GATEWAY = "gateway"
    PRICE_PLANS = "price-plans"
    PLAN_PRICES = "plan-prices"
    LIGHT_RULES = "light-rules"
    CHANNELS = "channels"
    CHANNEL = "channel"
    MESSAGES = "messages"
    MESSAGE = "message"
    TAKE_OVER = "take-over"
    REFUSALS = "refusals"
    SOLD_OUT = "sold-out"
    SCANNER_CHECK = "scanner-check"


CHANNEL_SCREENS = frozenset({Screen.CHANNELS, Screen.CHANNEL, Screen.MESSAGES, Screen.MESSAGE})
LABEL_SETUP_SCREENS = frozenset(
    {Screen.BINDINGS, Screen.GATEWAYS, Screen.GATEWAY, Screen.PRICE_PLANS, Screen.PLAN_PRICES, Screen.LIGHT_RULES}
)
SETUP_SCREENS = LABEL_SETUP_SCREENS | CHANNEL_SCREENS
ABOVE_LABELS = LABEL_SETUP_SCREENS | {Screen.HANG_LABEL, Screen.FIND_LABEL, Screen.AISLES, Screen.SHELF_PRICES}
BENEATH = {
    Screen.GATEWAY: Screen.GATEWAYS,
    Screen.CHANNEL: Screen.CHANNELS,
    Screen.MESSAGES: Screen.CHANNELS,
    Screen.MESSAGE: Screen.MESSAGES,
    Screen.PLAN_PRICES: Screen.PRICE_PLANS,
    Screen.PRICE_PLANS: Screen.SHELF_PRICES,
}
ABOVE_BOARD = frozenset({Screen.SHELF, Screen.ENROL_PHONE, Screen.LABELS, Screen.REFUSALS, Screen.SOLD_OUT})
SUPERVISOR_SCREENS = ABOVE_BOARD | ABOVE_LABELS | CHANNEL_SCREENS | {Screen.BOARD}
PICK_SCREENS = frozenset({Screen.SHORT, Screen.SUBSTITUTE, Screen.TYPED_CODE, Screen.WEIGHT})
OPENED = frozenset(
    {Screen.MAP, Screen.PROBLEMS, Screen.SETTINGS, Screen.HANDOVER, Screen.TAKE_OVER, Screen.SCANNER_CHECK}
)
ASIDE = OPENED | SUPERVISOR_SCREENS | PICK_SCREENS
