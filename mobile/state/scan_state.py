"""What a scan means on each screen: the printed codes that stand for buttons, badges, totes, products."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mobile.services.signals import Signal
from mobile.state.screens import ABOVE_LABELS, PICK_SCREENS, Screen
from shared.own_codes import tote_code
from shared.picking import ShortReason
from shared.printed_codes import PREFIX, PrintedCode, short_reason

if TYPE_CHECKING:
    from mobile.state.app_state import AppState

PRIMARY_ACTION_SCAN = PrintedCode.OK
UNDO_SCAN = PrintedCode.UNDO
LATER_SCAN = PrintedCode.LATER
SHELF_EMPTY_SCAN = PrintedCode.EMPTY


class ScanState:
    """It keeps nothing of its own: a scan does what a finger would do, wherever that is kept."""

    def __init__(self, app: AppState) -> None:
        self._app = app

    async def take(self, raw: str) -> None:
        """What a scan means depends on the screen; on a walk a product scan always reaches its pick."""
        screen = self._app.screen
        if raw.strip() == PrintedCode.CHECK:
            self._app.open(Screen.SCANNER_CHECK)
        elif screen is Screen.SCANNER_CHECK:
            if raw.strip() == PrintedCode.BACK:
                self._app.back()  # the codes to be scanned there are looked at key by key
        elif screen is Screen.ENROL:
            await self._app.shift.enrol(raw)
        elif await self._app.typed.take_code(screen, raw.strip()):
            pass
        elif screen is Screen.SIGN_IN:
            await self._at_sign_in(raw.strip())
        elif raw.strip() == PrintedCode.BACK:
            self._put_away_or_back()
        elif screen in ABOVE_LABELS:
            await self._at_labels(screen, raw)
        elif screen is Screen.HANDOVER and raw.strip() != PRIMARY_ACTION_SCAN:
            await self._app.handover.take(raw)
        elif raw.strip() == PRIMARY_ACTION_SCAN:
            await self._primary_action(screen)
        elif await self._takes_besides(screen, raw):
            pass
        elif self._app.substitute.scan(raw):
            self._app.aside = Screen.SUBSTITUTE  # one of those shown there; what is not means what it always means
        elif self._app.work.active is not None:
            outcome = await self._app.pick.scan(raw)
            if outcome.is_good and self._app.aside in PICK_SCREENS:
                self._app.aside = None
        elif screen in (Screen.WORK, Screen.START):
            self._app.work.signal(Signal.DECIDE)
        self._app.presence.touched()

    async def _at_trolley(self, screen: Screen, raw: str) -> bool:
        """A tote is scanned where nobody walks: whose trolley is this? Scanned again: it is mine now."""
        code = tote_code(raw, self._app.work.store_rules)
        if code is None:
            return False
        if screen is Screen.TAKE_OVER and code == self._app.take_over.code and self._app.take_over.found is not None:
            await self._app.take_over_trolley()
        else:
            self._app.aside = Screen.TAKE_OVER
            await self._app.take_over.find(code)
        return True

    def _put_away_or_back(self) -> None:
        """What a finger would close next: the answer above all, news, or the screen itself."""
        if self._app.link.newest_problem is not None:
            self._app.link.put_problem_away()
        elif self._app.pick.outcome is not None:
            self._app.pick.put_outcome_away()
        elif self._app.aside is None and self._app.pick.added_letters:
            self._app.pick.put_added_away()
        elif self._app.aside is None and self._app.link.was_damaged:
            self._app.link.put_damage_away()
        else:
            self._app.back()

    async def _walk_action(self, raw: str) -> bool:
        """What the trolley's other printed codes do. False where it is none of them."""
        if raw == UNDO_SCAN and self._app.screen is Screen.FINISH and self._app.packing.bags:
            await self._app.packing.count(0)
        elif raw == UNDO_SCAN:
            await self._app.pick.undo()
        elif raw == LATER_SCAN:
            self._app.pick.do_later()
        elif raw == SHELF_EMPTY_SCAN:
            await self._app.pick.report_shelf_empty()
        elif raw == PrintedCode.OUT and self._app.substitute.to_put_back:
            await self._app.substitute.put_back(self._app.substitute.to_put_back[0].id)
        elif raw == PrintedCode.BLOCKED:
            await self._app.pick.report_blocked_aisle()
        elif raw == PrintedCode.TYPE:
            self._app.typed.open_keypad()
            return True
        elif raw == PrintedCode.MAP:
            self._app.open(Screen.MAP)
        elif raw == PrintedCode.OTHER:
            reason = ShortReason.TOO_FEW if self._app.pick.counted else ShortReason.NOT_ON_SHELF
            if self._app.substitute.look(reason, self._app.pick.counted):
                self._app.open(Screen.SUBSTITUTE)
                return True
        elif (said := short_reason(raw, self._app.work.store_rules.short_reasons)) is not None:
            await self._app.pick.report_short(said.meaning, self._app.pick.counted, said.own_code)
        else:
            return False
        if self._app.aside in PICK_SCREENS:
            self._app.aside = None
        return True

    async def _takes_besides(self, screen: Screen, raw: str) -> bool:
        """A printed code on the walk, a container before it, or a bag, a place or a tote after it."""
        if self._app.work.active is not None and await self._walk_action(raw.strip()):
            return True
        if screen is Screen.START:
            return self._app.work.prepare_tote(raw)
        if raw.strip() == PrintedCode.DESK and self._app.shift.is_signed_in:
            self._app.open(Screen.HANDOVER)
            return True
        if screen in (Screen.WORK, Screen.TAKE_OVER):
            return await self._at_trolley(screen, raw)
        return screen is Screen.FINISH and await self._app.packing.scan(raw)

    async def _at_labels(self, screen: Screen, raw: str) -> None:
        if raw.strip() == PRIMARY_ACTION_SCAN:
            return  # what a big button does there must be meant: it takes labels off
        if screen is Screen.HANG_LABEL:
            await self._app.hanging.take(raw)
        elif screen is Screen.FIND_LABEL:
            await self._app.finding.find(raw)

    async def _primary_action(self, screen: Screen) -> None:
        if screen is Screen.WORK and self._app.work.to_do:
            self._app.work.choose(self._app.work.to_do[0].id)
        elif screen is Screen.START:
            await self._app.work.start()
        elif screen is Screen.TAKE_OVER:
            await self._app.take_over_trolley()
        elif screen is Screen.FINISH:
            await self._app.pack_or_finish()
        elif screen is Screen.HANDOVER:
            await self._hand_over_or_find()
        elif screen is Screen.SUBSTITUTE:
            await self._app.give_substitute()
        elif screen is Screen.WEIGHT:
            await self._app.typed.take_weight()
        elif screen is Screen.TYPED_CODE:
            await self._app.typed.take_typed()
        elif screen is Screen.STOP:
            self._app.pick.put_outcome_away()
            await self._app.pick.take_all()

    async def _at_sign_in(self, raw: str) -> None:
        """A badge; or, once it was shown, what the buttons below its PIN do."""
        if raw == PRIMARY_ACTION_SCAN:
            await self._app.typed.sign_in()
        elif raw == PrintedCode.BACK:
            self._app.typed.put_badge_away()
        elif not raw.startswith(PREFIX):
            self._app.shift.show_badge(raw)

    async def _hand_over_or_find(self) -> None:
        """The order in hand leaves; where there is none, a courier's code was typed."""
        typed = self._app.typed.digits
        if self._app.handover.order is None and typed is not None and typed.shown:
            await self._app.handover.take(typed.take())
        else:
            await self._app.handover.hand_over()
