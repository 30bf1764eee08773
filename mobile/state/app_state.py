"""The whole app without a page: which screen is up, what it is made of, and who hears the backend."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

import flet as ft

from mobile.services.backend_api import BackendApi
from mobile.services.backend_link import BackendLink, LinkStatus
from mobile.services.backend_time import BackendTime
from mobile.services.edges import Edges
from mobile.services.handover_api import HandoverApi
from mobile.services.kept_problems import RefusedCommand
from mobile.services.labels_api import LabelsApi
from mobile.services.outbox import CLOCK_OFFSET, NotStoredOnPhone, Outbox
from mobile.services.scanner import ScanLine
from mobile.services.signals import VIBRATIONS, Signal
from mobile.services.stock_api import StockApi
from mobile.settings import LANGUAGES
from mobile.state.board_state import BoardState
from mobile.state.camera_state import CameraState
from mobile.state.cold_state import ColdState
from mobile.state.finding_state import FindingState
from mobile.state.handover_state import HandoverState
from mobile.state.hanging_state import HangingState
from mobile.state.labels_state import LabelsState
from mobile.state.link_state import LinkState
from mobile.state.pace_state import PaceState
from mobile.state.packing_state import PackingState
from mobile.state.pick_state import PickState
from mobile.state.preferences_state import PreferencesState
from mobile.state.presence_state import PresenceState
from mobile.state.pressed_labels import PressedLabels
from mobile.state.prices_state import PricesState
from mobile.state.refusals_state import RefusalsState
from mobile.state.scan_state import ScanState
from mobile.state.scanner_check_state import ScannerCheckState
from mobile.state.screens import ABOVE_LABELS, ASIDE, BENEATH, PICK_SCREENS, SETUP_SCREENS, SUPERVISOR_SCREENS, Screen
from mobile.state.setup_state import SetupState
from mobile.state.shelf_state import ShelfState
from mobile.state.shift_state import ENROL_MARK, ShiftState
from mobile.state.sold_out_state import SoldOutState
from mobile.state.substitute_state import SubstituteState
from mobile.state.take_over_state import TakeOverState
from mobile.state.typed_state import TypedState
from mobile.state.work_state import WorkState
from shared.barcode import DEFAULT_WEIGHED_RULES
from shared.commands import PickerCommand
from shared.errors import Problem
from shared.labels import LabelPressed
from shared.refusals import is_worth_saying
from shared.store_rules import DEFAULT_RULES
from shared.sync.envelope import Command, Live, Result

LIGHTS_TOPIC = "lights"  # every label that shines
SILENT_TOPIC = "silent"  # only those that should and do not: a picker sees the others
BOARD_TOPIC = "board"
OFFERS_TOPIC = "offers"  # for whom trolleys are kept
PRESSES_TOPIC = "presses"  # whose buttons were pressed
UPDATE_EVERY_S = 3600.0  # how often a new version of the app is asked for


class AppState(ft.Observable):
    """Root of the state. `aside` is what the picker opened on top of where the work itself says they are."""

    def __init__(self, edges: Edges) -> None:
        self._outbox = Outbox(edges.outbox_path, edges.flush)
        self._time = BackendTime(edges.clock, float(self._outbox.recall(CLOCK_OFFSET) or 0))
        self._edges = edges
        edges = replace(edges, clock=self._time)
        api = BackendApi(edges.settings, edges.http)
        self.link = LinkState(self._outbox)
        self.link.is_clock_wrong = self._time.is_wrong
        self._looked_for_update_s = float("-inf")
        self.typed = TypedState(self)
        self._scans = ScanState(self)
        self.shift = ShiftState(api, self._outbox, self._signed_in)
        self.work = WorkState(edges, self._outbox, self.link)
        self.pick = PickState(self._outbox, self.work, self.link)
        self.substitute = SubstituteState(self._outbox, self.work, self.pick)
        self.cold = ColdState(edges, self.work)
        self.packing = PackingState(self._outbox, self.work)
        self.handover = HandoverState(HandoverApi(api), self.shift, self.work.signal, edges.files)
        self.board = BoardState(api, self.shift)
        self.refusals = RefusalsState(api, self.shift)
        self.sold_out = SoldOutState(StockApi(api), self.shift)
        self.shelf = ShelfState(api, self._outbox, self.shift)
        labels_api = LabelsApi(api)
        self.labels = LabelsState(labels_api, self.shift)
        self.hanging = HangingState(labels_api, self.shift, self.work.signal)
        self.finding = FindingState(labels_api, self.shift, self.work.signal)
        self.prices = PricesState(labels_api, self.shift)
        self._pressed_labels = PressedLabels()
        self.setup = SetupState(api, edges.files, self._time, self.shift)
        self.camera = CameraState(edges.camera)
        self.scanner_check = ScannerCheckState(self._outbox, edges.tuning, self.work.signal)
        self.presence = PresenceState(
            edges, api, self.shift, self.link, self._begin, lambda: self.work.active is not None
        )
        self.take_over = TakeOverState(api, self.shift, self.work.signal, edges.clock.monotonic_s)
        self.work.on_touch = self.presence.touched
        self.work.on_command = self.presence.counted
        self.pace = PaceState(self._outbox, edges.clock)
        self.work.on_said = self._count_pace
        self.preferences = PreferencesState(self._outbox, edges.signals, edges.display)
        self.aside: Screen | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._backend_link = BackendLink(
            settings=edges.settings,
            outbox=self._outbox,
            connect=edges.connect,
            clock=edges.clock,
            chance=edges.random,
            sleep=edges.sleep,
            listener=self,
        )
        self.work.connect(self._backend_link)
        self.scan_line = ScanLine(self.take_scan, self._take_kept_scan, edges.scans.done)
        self._set_up_profile()

    # Running

    async def run(self) -> None:
        """Live: connect, listen to the scanner, follow the page. Returns when `stop` was called."""
        self._edges.scans.listen(self.scan_line.put)
        self.camera.connect()
        self.scanner_check.connect()
        self._edges.notices.listen(self._backend_link.hurry)
        self._edges.updates.listen(self._update_is_ready)
        self._edges.signals.keep_awake(self.work.active is not None)
        loop = asyncio.get_running_loop()
        beside = [
            loop.create_task(self.scan_line.run()),
            loop.create_task(self.presence.watch()),
            loop.create_task(self.link.watch(self._edges.clock, self._edges.sleep)),
            loop.create_task(self.cold.watch()),
        ]
        try:
            await self._backend_link.run()
        finally:
            for task in beside:
                task.cancel()

    def stop(self) -> None:
        self._backend_link.stop()

    @property
    def now(self) -> datetime:
        return self._time.now()

    @property
    def sheet_address(self) -> str:
        """Where the codes to print are: any other screen can show them as well."""
        return f"{self._edges.settings.backend_url}/codes-{self.language.partition('-')[0]}.html"

    @property
    def app_version(self) -> str:
        return self._edges.settings.app_version

    @property
    def language(self) -> str:
        return self.preferences.language

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages to name products in: the picker's own first, then the others the store speaks."""
        profile = self.shift.profile
        spoken = profile.languages if profile and profile.languages else list(LANGUAGES)
        return tuple(dict.fromkeys([self.language, *spoken]))

    def close(self) -> None:
        self._outbox.close()

    # Where we are

    @property
    def screen(self) -> Screen:
        """What to show: the work decides, except for what was opened on top of it."""
        if self.aside is Screen.SCANNER_CHECK:
            return Screen.SCANNER_CHECK  # a phone that is not in use yet can be checked as well
        if not self.shift.is_enrolled:
            return Screen.ENROL
        if not self.shift.is_signed_in:
            return Screen.SIGN_IN
        pick = self.pick.current
        if self.pick.asks_weight and pick is not None and self.aside is None:
            return Screen.WEIGHT
        is_over = self.aside is Screen.SUBSTITUTE and self.substitute.pick is None
        if self.aside is not None and not is_over and (pick is not None or self.aside not in PICK_SCREENS):
            return self.aside
        if self.work.active is not None:
            return Screen.STOP if pick is not None else Screen.FINISH
        if self.shift.is_supervisor:
            return Screen.BOARD  # supervisors are sent no pick lists
        return Screen.START if self.work.chosen is not None else Screen.WORK

    def open(self, screen: Screen) -> None:
        """Put a screen on top; supervisors' screens only for them."""
        self.link.put_problem_away()
        self.shift.put_problem_away()
        if screen in ASIDE and (self.shift.is_supervisor or screen not in SUPERVISOR_SCREENS):
            self._begin_afresh(screen)
            self.aside = screen
            self.presence.touched()
            self._follow()

    def back(self) -> None:
        """Down to what lies beneath."""
        self.scanner_check.end()
        if self.aside in ABOVE_LABELS | BENEATH.keys():
            self._back_beneath()
            return
        if self.pick.asks_weight:
            self.pick.leave_weight()
        if self.aside is not None:
            is_typing_substitute = self.aside is Screen.TYPED_CODE and self.substitute.pick is not None
            if self.aside is Screen.SUBSTITUTE:
                self.substitute.stop_looking()
            self.aside = Screen.SUBSTITUTE if is_typing_substitute else None
            self.presence.touched()
            self._follow()
        elif self.work.active is None:
            self.work.choose(None)

    def _back_beneath(self) -> None:
        if not (self.aside is Screen.HANG_LABEL and self.hanging.step_back()):
            self.aside = BENEATH.get(self.aside or Screen.LABELS, Screen.LABELS)
        self.presence.touched()

    def open_route(self, route: str) -> None:
        """A route from the address bar: `/enrol/CODE` from a QR code."""
        if ENROL_MARK in route and not self.shift.is_enrolled:
            self.shift.offered_code = route.rpartition(ENROL_MARK)[2]

    async def sign_out(self) -> None:
        await self.shift.sign_out()
        if not self.shift.is_signed_in:
            self.aside = None
            self.presence.forget()
            self.preferences.follow("")
            self._backend_link.restart()
            self.take_update()

    # A new version of the app

    @property
    def may_update(self) -> bool:
        """Not in the middle of a walk: a restart takes seconds. An app that is too old has nobody to tell anything."""
        is_walking = self.shift.is_signed_in and self.work.active is not None
        return self.link.has_update and (not is_walking or self.link.status is LinkStatus.OUTDATED)

    def take_update(self) -> None:
        """Restart into the new version, if there is one and the moment is good. What waits to be sent stays."""
        if self.may_update:
            self._edges.updates.apply()

    def _update_is_ready(self) -> None:
        self.link.has_update = True
        if not (self.shift.is_signed_in or self.shift.badge or self.shift.is_busy):
            self.take_update()  # nobody is in the middle of anything, not even of a PIN

    def _look_for_update(self) -> None:
        """Now and then; who never closes the app would never get one."""
        now_s = self._edges.clock.monotonic_s()
        if now_s - self._looked_for_update_s >= UPDATE_EVERY_S or self.link.status is LinkStatus.OUTDATED:
            self._looked_for_update_s = now_s
            self._edges.updates.look()

    def test_signal(self, signal: Signal) -> None:
        """Let the picker hear and feel one before the shift."""
        self._edges.signals.give(signal, VIBRATIONS[signal])

    # Scans

    async def take_scan(self, raw: str) -> None:
        """What it means depends on the screen; on a walk a product scan always reaches its pick."""
        await self._scans.take(raw)

    async def _take_press(self, pressed: LabelPressed) -> None:
        """A label's button means something where a stop is shown; what is open above it asks for something else."""
        if self.screen is Screen.STOP and await self.pick.press(pressed) is not None:
            self.presence.touched()

    async def take_over_trolley(self) -> None:
        """The walk appears as soon as the link brings it."""
        if await self.take_over.take() and self.aside is Screen.TAKE_OVER:
            self.aside = None

    async def _take_kept_scan(self, raw: str, number: int) -> None:
        """It was made before the app was killed. On a walk it counts, once; elsewhere its moment has passed."""
        if number > self._outbox.last_scan and self.work.active is not None:
            await self.take_scan(raw)

    async def pack_or_finish(self) -> None:
        """The big button at the desk: the order in hand is packed; once all are, the trolley is handed over."""
        if self.packing.current is not None:
            await self.packing.pack()
        else:
            await self.work.finish()

    async def give_substitute(self) -> None:
        """What was scanned instead goes into the tote, and the walk goes on."""
        outcome = await self.substitute.give()
        if outcome is not None and outcome.is_good and self.aside is Screen.SUBSTITUTE:
            self.aside = None

    # What the link tells

    def link_changed(self, status: LinkStatus) -> None:
        self.link.set_status(status, self._edges.clock.monotonic_s())
        if status in (LinkStatus.ONLINE, LinkStatus.OUTDATED):
            self._look_for_update()
        if status is LinkStatus.SIGNED_OUT and self.shift.is_signed_in:
            self.shift.is_signed_in = False
            self.aside = None
            self.presence.forget()
            self.preferences.follow("")
        if status is not LinkStatus.ONLINE:
            self.work.forget_offers()
        elif self.presence.is_new:
            self.presence.touched()  # somebody has just opened the app
        if status is LinkStatus.ONLINE and self.shelf.store_map is None:
            self._begin(self.shelf.load())

    def greeted(self, server_at: datetime) -> None:
        """The backend says what time it is: what is made from now on says when by its clock."""
        if self._time.hear(server_at):
            self.link.is_clock_wrong = self._time.is_wrong
            self._begin(self._keep_clock_offset())

    async def _keep_clock_offset(self) -> None:
        with suppress(NotStoredOnPhone):  # then the next start without network has the phone's own time
            await self._outbox.remember(CLOCK_OFFSET, str(self._time.offset_s) if self._time.offset_s else None)

    def documents_changed(self) -> None:
        self.work.refresh()

    def command_answered(self, command: Command, result: Result) -> None:
        problem = result.problem or Problem(code="refused", detail="")
        if not result.is_applied and is_worth_saying(command.name, problem.code):
            self.link.show_problem(RefusedCommand(command=command, problem=problem))
            self._edges.signals.give(Signal.WRONG, VIBRATIONS[Signal.WRONG])

    def live_arrived(self, live: Live) -> None:
        if live.topic in (LIGHTS_TOPIC, SILENT_TOPIC):
            self.shelf.take(live.body)
        elif live.topic == BOARD_TOPIC:
            self.board.take(live.body)
        elif live.topic == OFFERS_TOPIC:
            self.work.take_offers(live.body)
        elif live.topic == PRESSES_TOPIC:
            for pressed in self._pressed_labels.take(live.body, self._time.now()):
                self._begin(self._take_press(pressed))

    # Helpers

    def _signed_in(self) -> None:
        self.presence.counted()
        self._set_up_profile()
        self.work.refresh()
        self._backend_link.restart()
        self._begin(self.shelf.load())

    def _count_pace(self, said: PickerCommand) -> None:
        if self.pace.said(said):
            self._begin(self.pace.keep())

    def _begin_afresh(self, screen: Screen) -> None:
        """What was said on an earlier visit is no news any more."""
        if screen is Screen.HANDOVER:
            self.handover.begin()
        elif screen is Screen.SCANNER_CHECK:
            self.scanner_check.begin()
        elif screen is Screen.HANG_LABEL:
            self.hanging.begin()
        elif screen is Screen.FIND_LABEL:
            self.finding.begin()
        elif screen is Screen.SHELF_PRICES:
            self.prices.begin()
        elif screen in SETUP_SCREENS:
            self.setup.begin()
        elif screen in (Screen.LABELS, Screen.AISLES):
            self.labels.put_notice_away()

    def _set_up_profile(self) -> None:
        profile = self.shift.profile
        self.work.store_rules = profile.rules if profile else DEFAULT_RULES
        person_id = profile.person_id if profile and self.shift.is_signed_in else ""
        self.preferences.follow(person_id, profile.language if profile else "")
        self.pace.follow(person_id)
        self.pick.rules = tuple(profile.weighed_rules) if profile and profile.weighed_rules else DEFAULT_WEIGHED_RULES
        self._follow()

    def _follow(self) -> None:
        topics = (
            [LIGHTS_TOPIC, BOARD_TOPIC] if self.shift.is_supervisor else [SILENT_TOPIC, OFFERS_TOPIC, PRESSES_TOPIC]
        )
        self._backend_link.follow(topics)

    def _begin(self, work: object) -> None:
        assert asyncio.iscoroutine(work)
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
