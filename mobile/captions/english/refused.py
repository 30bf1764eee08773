"""Why the backend did not accept a phone's command, by its problem code."""

from __future__ import annotations

from mobile.captions.caption import Captions

REFUSED: Captions = {
    "refused.pick_list_not_found": "This walk is not known.",
    "refused.pick_not_found": "This pick is not part of the walk.",
    "refused.trolley_not_found": "No trolley under way carries this tote.",
    "refused.pick_list_taken": "Another picker walks with this trolley.",
    "refused.not_for_this_picker": "There is something in it this picker may not pick.",
    "refused.pick_list_closed": "This walk is finished or cancelled.",
    "refused.pick_list_not_started": "The trolley was not taken before.",
    "refused.another_pick_list_open": "Another trolley was still under way.",
    "refused.pick_already_done": "It was picked, short or cancelled before.",
    "refused.picks_still_open": "The walk was not done yet.",
    "refused.wrong_product_scanned": "The scan is not the product of this pick.",
    "refused.quantity_wrong": "This is not the quantity that was ordered.",
    "refused.tote_not_found": "This trolley has no such tote.",
    "refused.tote_in_use": "Another order lies in this tote.",
    "refused.wrong_tote_scanned": "This tote belongs to another order.",
    "refused.nothing_to_undo": "There is nothing to take back.",
    "refused.substitute_not_allowed": "This may not be given in its place.",
    "refused.proposals_undecided": "A shopper is still being asked.",
    "refused.nothing_to_put_back": "No shopper refused a substitute here.",
    "refused.order_not_found": "This order is not known.",
    "refused.order_already_ready": "The order was ready before.",
    "refused.command_unknown": "The store's system does not know this step: is the app too old?",
    "refused.command_malformed": "The store's system could not read this.",
    "refused.not_a_picker": "Only a picker may do this.",
    "refused.other": "The store's system did not accept it.",
    "refused.internal": "The store's system failed at this. It is written down there.",
}
