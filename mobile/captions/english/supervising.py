"""The live board and the shelf view."""

from __future__ import annotations

from mobile.captions.caption import Captions

SUPERVISING: Captions = {
    # The inbox
    "refusals.title": "Not accepted",
    "refusals.hint": "What phones said and the store could not take, the newest first. Nothing is ever removed.",
    # Supervisor
    "board.title": "Live board",
    "board.empty": "No open orders",
    "board.waiting": "Waiting for the board",
    "board.offline": "No network. This picture is old.",
    "board.release": "Release now",
    "board.released": "Trolleys released: {count}",
    "board.lines": "{done} of {total} lines",
    "board.short": "{count} short",
    "board.nobody": "Nobody yet",
    "board.elapsed": "{elapsed} of {target}",
    "board.over_target": "Over target",
    "board.pickers": "Pickers",
    "board.units_per_hour": "{count} units/h",
    "board.not_walking": "free",
    "board.walked": "Walked {walked}",
    "board.saved": "Walked {walked}, saved {saved} ({percent}%)",
    "board.metres_per_line": "{metres} m per line; saved by sharing walks",
    "board.exceptions": "Orders we could not read",
    "board.retry": "Try again",
    "board.dismiss": "Close it",
    "board.still_held": "Still does not fit. See the reason.",
    "board.problems": "Needs a look",
    "board.problem.command.refused": "A phone's command was refused",
    "board.problem.label.silent": "A label is silent",
    "board.problem.delivery.dead": "A channel could not be told",
    "board.problem.order.stuck": "An order waits that nobody can walk for",
    "board.problem.trolley.left": "A trolley was left",
    "board.problem.deadline.accept": "A channel cancels at this time unless the order is accepted",
    "board.problem.deadline.start": "A channel cancels at this time unless picking starts",
    "board.problem.deadline.finish": "A channel wants this order packed by this time",
    "board.problem.cold.over": "Cold products are out of the cold too long",
    "board.problem.deadline.missed": "A channel's time limit has passed",
    "board.status.accepted": "accepted",
    "board.status.planned": "planned",
    "board.status.picking": "picking",
    "board.status.ready": "ready",
    "board.status.completed": "completed",
    "board.status.cancelled": "cancelled",
    "shelf.title": "Shelf view",
    "shelf.lit": "Lit",
    "shelf.on_the_way": "On the way",
    "shelf.silent": "Silent",
}
