"""The app as one picture of its state: which screen is up, and the answer to the last scan above it."""

from __future__ import annotations

from collections.abc import Callable

import flet as ft

from mobile import theme
from mobile.components.hand import IS_LEFT_HAND
from mobile.components.letters import LETTERS
from mobile.screens.aisles import AislesScreen
from mobile.screens.bindings import BindingsScreen
from mobile.screens.board import BoardScreen
from mobile.screens.camera import CameraNotice
from mobile.screens.channel import ChannelScreen
from mobile.screens.channels import ChannelsScreen
from mobile.screens.enrol import EnrolScreen
from mobile.screens.enrol_phone import EnrolPhoneScreen
from mobile.screens.find_label import FindLabelScreen
from mobile.screens.finish import FinishScreen
from mobile.screens.gateway import GatewayScreen
from mobile.screens.gateways import GatewaysScreen
from mobile.screens.handover import HandoverScreen
from mobile.screens.hang_label import HangLabelScreen
from mobile.screens.labels import LabelsScreen
from mobile.screens.light_rules import LightRulesScreen
from mobile.screens.map import MapScreen
from mobile.screens.message import MessageScreen
from mobile.screens.messages import MessagesScreen
from mobile.screens.plan_prices import PlanPricesScreen
from mobile.screens.price_plans import PricePlansScreen
from mobile.screens.problems import ProblemsScreen
from mobile.screens.refusal import Refusal
from mobile.screens.refusals import RefusalsScreen
from mobile.screens.scan_feedback import ScanFeedback
from mobile.screens.scanner_check import ScannerCheckScreen
from mobile.screens.settings import SettingsScreen
from mobile.screens.shelf import ShelfScreen
from mobile.screens.shelf_prices import ShelfPricesScreen
from mobile.screens.short import ShortScreen
from mobile.screens.sign_in import SignInScreen
from mobile.screens.sold_out import SoldOutScreen
from mobile.screens.start import StartScreen
from mobile.screens.still_here import StillHere
from mobile.screens.stop import StopScreen
from mobile.screens.substitute import SubstituteScreen
from mobile.screens.take_over import TakeOverScreen
from mobile.screens.typed_code import TypedCodeScreen
from mobile.screens.weight import WeightScreen
from mobile.screens.work import WorkScreen
from mobile.services.edges import Edges
from mobile.state.app_state import AppState
from mobile.state.camera_state import CameraState
from mobile.state.link_state import LinkState
from mobile.state.pick_state import PickState
from mobile.state.preferences_state import Hand, Look, PreferencesState
from mobile.state.presence_state import PresenceState
from mobile.state.screens import PICK_SCREENS, Screen
from mobile.state.shift_state import ShiftState
from mobile.state.work_state import WorkState

# The whole route tree: what each screen is and which parts of the state it watches.
SCREENS: dict[Screen, Callable[[AppState], ft.Control]] = {
    Screen.ENROL: lambda app: EnrolScreen(app, app.shift),
    Screen.SIGN_IN: lambda app: SignInScreen(app, app.shift, app.typed.keypad, app.link),
    Screen.WORK: lambda app: WorkScreen(app, app.work, app.link),
    Screen.START: lambda app: StartScreen(app, app.work, app.link),
    Screen.REFUSALS: lambda app: RefusalsScreen(app, app.refusals, app.link),
    Screen.SOLD_OUT: lambda app: SoldOutScreen(app, app.sold_out, app.link),
    Screen.TAKE_OVER: lambda app: TakeOverScreen(app, app.take_over, app.link),
    Screen.STOP: lambda app: StopScreen(app, app.pick, app.substitute, app.shelf, app.link),
    Screen.SHORT: lambda app: ShortScreen(app, app.pick, app.substitute, app.link),
    Screen.SUBSTITUTE: lambda app: SubstituteScreen(app, app.substitute, app.link),
    Screen.TYPED_CODE: lambda app: TypedCodeScreen(app, app.pick, app.typed.keypad, app.link),
    Screen.WEIGHT: lambda app: WeightScreen(app, app.pick, app.typed.keypad, app.link),
    Screen.MAP: lambda app: MapScreen(app, app.pick, app.shelf, app.link),
    Screen.FINISH: lambda app: FinishScreen(app, app.work, app.substitute, app.packing, app.link),
    Screen.HANDOVER: lambda app: HandoverScreen(app, app.handover, app.typed.keypad, app.link),
    Screen.PROBLEMS: lambda app: ProblemsScreen(app, app.link),
    Screen.SETTINGS: lambda app: SettingsScreen(app, app.shift, app.link, app.preferences),
    Screen.SCANNER_CHECK: lambda app: ScannerCheckScreen(app, app.scanner_check),
    Screen.BOARD: lambda app: BoardScreen(app, app.board, app.link),
    Screen.SHELF: lambda app: ShelfScreen(app, app.shelf, app.labels, app.link),
    Screen.ENROL_PHONE: lambda app: EnrolPhoneScreen(app, app.shift, app.link),
    Screen.LABELS: lambda app: LabelsScreen(app, app.labels, app.link),
    Screen.HANG_LABEL: lambda app: HangLabelScreen(app, app.hanging, app.link),
    Screen.FIND_LABEL: lambda app: FindLabelScreen(app, app.finding, app.shelf, app.link),
    Screen.AISLES: lambda app: AislesScreen(app, app.labels, app.shelf, app.link),
    Screen.SHELF_PRICES: lambda app: ShelfPricesScreen(app, app.prices, app.link),
    Screen.BINDINGS: lambda app: BindingsScreen(app, app.setup.bindings, app.link),
    Screen.CHANNELS: lambda app: ChannelsScreen(app, app.setup.channels, app.link),
    Screen.CHANNEL: lambda app: ChannelScreen(app, app.setup.channel, app.link),
    Screen.MESSAGES: lambda app: MessagesScreen(app, app.setup.channels, app.link),
    Screen.MESSAGE: lambda app: MessageScreen(app, app.setup.channels, app.link),
    Screen.GATEWAYS: lambda app: GatewaysScreen(app, app.labels, app.link),
    Screen.GATEWAY: lambda app: GatewayScreen(app, app.setup.gateway, app.link),
    Screen.PRICE_PLANS: lambda app: PricePlansScreen(app, app.setup.plans, app.link),
    Screen.PLAN_PRICES: lambda app: PlanPricesScreen(app, app.setup.plans, app.link),
    Screen.LIGHT_RULES: lambda app: LightRulesScreen(app, app.setup.rules, app.link),
}
THEME_MODES = {Look.SYSTEM: ft.ThemeMode.SYSTEM, Look.DAY: ft.ThemeMode.LIGHT, Look.NIGHT: ft.ThemeMode.DARK}
ABOVE_THE_WALK = PICK_SCREENS | {Screen.STOP, Screen.FINISH, Screen.MAP}


async def show(page: ft.Page, edges: Edges) -> None:
    """Put the app on the page and keep it connected for as long as the page lives."""
    app = AppState(edges)
    app.open_route(page.route)

    def route_changed(event: ft.RouteChangeEvent) -> None:
        app.open_route(event.route)

    page.on_route_change = route_changed
    draw(page, app)
    await app.run()


def draw(page: ft.Page, app: AppState) -> None:
    """The looks of the page and the root of everything drawn on it."""

    def show_look(*_: object) -> None:
        """Day, night, or as the phone has it."""
        mode = THEME_MODES[app.preferences.now.look]
        if page.theme_mode is not mode:
            page.theme_mode = mode
            page.update()

    page.theme_mode = THEME_MODES[app.preferences.now.look]
    app.preferences.subscribe(show_look)
    page.theme = theme.app_theme()
    page.dark_theme = theme.app_theme(theme.NIGHT)
    page.padding = 0
    page.spacing = 0
    page.bgcolor = theme.PAPER
    page.render(App, app, app.shift, app.work, app.pick, app.link, app.presence, app.preferences, app.camera)


@ft.component
def App(
    app: AppState,
    shift: ShiftState,
    work: WorkState,
    pick: PickState,
    link: LinkState,
    presence: PresenceState,
    preferences: PreferencesState,
    camera: CameraState,
) -> ft.Control:
    """Every part that can decide which screen is up is an argument, so that a change of it draws again."""
    return ft.Stack(
        LETTERS(
            preferences.now.text_percent / 100,
            lambda: IS_LEFT_HAND(preferences.now.hand is Hand.LEFT, lambda: _layers(app, pick, link, presence)),
        ),
        expand=True,
        fit=ft.StackFit.EXPAND,
    )


def _layers(app: AppState, pick: PickState, link: LinkState, presence: PresenceState) -> list[ft.Control]:
    screen = app.screen
    layers: list[ft.Control] = [ft.Container(SCREENS[screen](app), expand=True, key=screen)]
    if link.newest_problem is not None and screen is not Screen.PROBLEMS:
        layers.append(Refusal(app, link))
    if screen in ABOVE_THE_WALK and pick.outcome is not None:
        layers.append(ScanFeedback(app, pick))
    if app.camera.problem is not None:
        layers.append(CameraNotice(app, app.camera))
    if presence.is_warning:
        layers.append(StillHere(app, presence))
    return layers
