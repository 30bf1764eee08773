"""What is said on more than one screen: places, units, lights, promises."""

from __future__ import annotations

from mobile.captions.caption import Captions, noted

EVERYWHERE: Captions = {
    # Everywhere
    "back": "Back",
    "close": "Close",
    "aisle": "Aisle",
    "bay": "Bay",
    "shelf": "Shelf",
    "grams": "{grams} g",
    "kilograms": "{kilograms} kg",
    "metres": "{metres} m",
    "kilometres": "{kilometres} km",
    "decimal_mark": noted(".", "Between the whole and its decimals, as CLDR has it."),
    "thousand_mark": noted(
        ",", "Between groups of three digits, as CLDR has it; a no-break space where it is a space."
    ),
    "amount": noted(
        "{sign}{number}", "Money with the currency's sign: $2.49. Put a no-break space where a space stands."
    ),
    "amount.coded": noted(
        "{sign}\u00a0{number}", "Money with the currency's letters: CHF 2.49, with a no-break space."
    ),
    "day_of_month": "{day}/{month}",
    "minutes": "{minutes} min",
    "hours": "{hours} h {minutes} min",
    "evidence": noted("As the system says: {words}", "What a driver or a platform said itself, often in English."),
    "delete_digit": "Delete digit",
    "menu": "Menu",
    "map": "Map",
    # Lights
    "colour.blue": "Blue",
    "colour.yellow": "Yellow",
    "colour.cyan": "Cyan",
    "colour.white": "White",
    "pattern.steady": "steady",
    "pattern.slow": "slow blink",
    "pattern.double": "double blink",
    "pattern.triple": "triple blink",
    "pattern.quick": "quick blink",
    "pattern.long_short": "one long, one short",
    "pattern.long": "long blink",
    "light.look_for": "Look for",
    "light.in_turn": "Shared. Look for, in turn",
    "light.or_white": "Shared. Look for",
    "light.or": "{one} or {other}",
    "light.simpler": "As others' here. Look for",
    "light.still": "Here it still blinks",
    "light.anothers": "It blinks for somebody else first. Look for {product}.",
    "light.silent": "This label does not answer. Look for {product}.",
    "light.none": "No light today. Look for {product}.",
    "due.by": "Ready by",
    "due.in": "in {time}",
    "due.late": "{time} late",
    "price.kilogram": "{price} a kilogram",
}
