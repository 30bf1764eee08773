"""From the list of trolleys over each stop to the desk."""

from __future__ import annotations

from mobile.captions.caption import Captions, several

WALK: Captions = {
    # Work
    "work.title": "Your work",
    "work.next": "Take the next trolley",
    "work.empty": "Nothing to pick right now",
    "work.empty_hint": "New orders appear here by themselves.",
    "work.empty_offline": "No network, and nothing on this phone yet",
    "work.empty_offline_hint": "The lists come as soon as the network is back.",
    "work.damaged": "This phone's memory was damaged and has been mended. Check the last picks you made.",
    "work.picks": several("{count} pick", "{count} picks"),
    "work.kept_for_you": "Kept for you",
    "work.kept_for": "Kept for {name}",
    "work.left": "Left at {address}, {done} of {total} picked",
    "work.left_nowhere": "Left before the first pick",
    # Start
    "start.title": "Hang these totes",
    "start.hint": "One for each order, letters facing you.",
    "start.do": "Start the walk",
    # The stop
    "stop.progress": "{done} of {total}",
    "stop.scan": "Scan the product",
    "stop.scan_hint": "or tap to type its code",
    "stop.scan_label": "Scan the scale label",
    "stop.weigh_hint": "or tap to type the grams",
    "stop.more": "Scan {count} more",
    "stop.take_all": "I have all {count}",
    "stop.short": "Not enough here",
    "stop.quantity": "Take",
    "stop.into": "Into tote",
    "stop.next": "Next",
    "stop.last": "Last stop, then the desk",
    "stop.counted": "{counted} of {ordered} scanned",
    "stop.weigh": "Weigh it",
    "stop.note": "Note",
    "stop.order_added": "Order added: tote {letter}",
    "stop.cut_off": "Aisle {aisle} is blocked. This stop comes last.",
    # Map
    "map.title": "The way",
    "map.here": "Here",
    "map.next": "Next",
    "map.desk": "Desk",
    "map.none": "The map is not on this phone yet.",
    # Finish
    "finish.title": "To the desk",
    "finish.hint": "Set the totes down at the packing desk and hand them over.",
    "finish.picked": "{picked} of {total} picked",
    "finish.short_title": "Short",
    "finish.asked_title": "Shoppers are being asked",
    "finish.waits": "when the shoppers have answered",
    "finish.put_back_first": "when it is out of the tote",
    "finish.complete": "Nothing is missing",
    "finish.short_line": "{found} of {ordered}",
    "finish.do": "Handed over",
}
