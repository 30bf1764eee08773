"""The phone's screens with sample state; those about labels and prices are in preview_labels.py."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import mkdtemp

import httpx

from mobile.services.backend_api import EnrolmentCode, LabelledLocation
from mobile.services.backend_link import LinkStatus
from mobile.services.edges import Edges, Socket, SocketClosed
from mobile.services.labels_api import LabelHealth, TendedLabel
from mobile.services.outbox import DEVICE_TOKEN, PROFILE, SESSION_TOKEN, Outbox
from mobile.services.scanner import TypedScans
from mobile.services.signals import SilentSignals
from mobile.services.synced import Picker
from mobile.settings import PhoneSettings
from mobile.state.app_state import AppState
from mobile.state.board_state import Board
from mobile.state.screens import Screen
from mobile.state.steady_status import DOWN_AFTER_S
from shared.barcode import check_digit
from shared.clock import SystemClock
from shared.errors import Problem
from shared.ids import SystemIdSource
from shared.labels import BlinkPattern, LabelLight, LightColour, LightPhase, Look, Sharing
from shared.picking import Pick, PickList, PickListStatus, PickStatus, PriceBasis, ShortReason, Tote
from shared.places import Fixture, Location, MapEdge, MapNode, StoreMap
from shared.products import ProductCard, ProductNames, UnitOfMeasure
from shared.substitution import PickSubstitution, SubstituteCandidate, SubstitutionStatus, SubstitutionWish
from shared.sync.envelope import Result, Update

NOW = datetime.now(UTC)
PROFILE_JSON = (
    '{"person_id":"per_1","name":"Ana Lopes","role":"%s","store_id":"sto_1","store_name":"Fresh Corner, Taipa",'
    '"languages":["en","zh","pt"],"currency":"MOP","shift":{"id":"shf_1","colour":"blue","pattern":"slow"}}'
)
PRODUCTS = (
    ("Whole milk", "全脂牛奶", "Leite gordo", "1 L", "milk-carton:1f6fb2", UnitOfMeasure.EACH),
    ("Jasmine rice", "茉莉香米", "Arroz jasmim", "5 kg", "bag:c9a227", UnitOfMeasure.EACH),
    ("Bananas", "香蕉", "Bananas", "", "banana:d9a400", UnitOfMeasure.GRAM),
    (
        "Extra virgin olive oil, cold pressed",
        "特级初榨冷压橄榄油",
        "Azeite virgem extra",
        "750 ml",
        "oil-bottle:5d7a1f",
        UnitOfMeasure.EACH,
    ),
    ("Free-range eggs", "散养鸡蛋", "Ovos do campo", "12", "egg-box:a86b3c", UnitOfMeasure.EACH),
    ("Oyster sauce", "蚝油", "Molho de ostra", "510 g", "sauce-bottle:5b2c1a", UnitOfMeasure.EACH),
    (
        "Natural mineral water",
        "天然矿泉水",
        "Água mineral natural",
        "6 x 1.5 L",
        "water-bottle:2f7fbf",
        UnitOfMeasure.EACH,
    ),
    ("Pork dumplings, frozen", "冷冻猪肉饺子", "Raviólis de porco", "800 g", "freezer-bag:7d5a9b", UnitOfMeasure.EACH),
)
QUANTITIES = (1, 2, 750, 1, 1, 3, 2, 1)
TOTES = "AABCBCAB"


def code(number: int) -> str:
    digits = f"761{number:09d}"
    return digits + check_digit(digits)


def store_map() -> StoreMap:
    nodes, edges, fixtures = [], [], []
    for row in range(7):
        for side, y_m in enumerate((2.0, 14.0, 26.0)):
            nodes.append(MapNode(id=row * 3 + side, x_m=2 + row * 4.0, y_m=y_m))
    for row in range(7):
        for side in range(2):
            edges.append(MapEdge(a=row * 3 + side, b=row * 3 + side + 1, length_m=12))
        if row:
            for side in range(3):
                edges.append(MapEdge(a=row * 3 + side - 3, b=row * 3 + side, length_m=4))
    for row in range(6):
        for top in (3.5, 15.5):
            fixtures.append(Fixture(x_m=3.2 + row * 4, y_m=top, width_m=1.6, height_m=9, caption=f"A{row + 1}"))
    fixtures.append(Fixture(x_m=9, y_m=28, width_m=10, height_m=2, caption="Checkout"))
    return StoreMap(width_m=28, height_m=31, entrance=2, desk=20, nodes=nodes, edges=edges, fixtures=fixtures)


def pick(number: int) -> Pick:
    en, zh, pt, size, picture, unit = PRODUCTS[number]
    row, upper = number % 6, number < 6
    return Pick(
        id=f"pck_{number}",
        position=number,
        order_line_id=f"orl_{number}",
        tote_letter=TOTES[number],
        product=ProductCard(
            id=f"prd_{number}",
            sku=f"{10440 + number}",
            gtins=[code(number)],
            names=ProductNames(en=en, zh=zh, pt=pt),
            size=size,
            picture=picture,
            unit=unit,
            price_minor=1990,
        ),
        location=Location(
            id=f"loc_{number}",
            aisle=f"A{row + 1}" if number != 3 else "A12",
            bay=number + 2,
            shelf=number % 5 + 1,
            node=row * 3 + (0 if upper else 1),
            x_m=3.1 + row * 4,
            y_m=5.0 + (number * 2) % 7 if upper else 20,
        ),
        quantity_ordered=QUANTITIES[number],
    )


def pick_list(number: int = 1, picks: int = 8, due_min: float = 34) -> PickList:
    letters = "ABC" if number == 1 else "AB"
    return PickList(
        id=f"pkl_{number}",
        store_id="sto_1",
        revision=1,
        status=PickListStatus.READY,
        due_at=NOW + timedelta(minutes=due_min),
        totes=[
            Tote(
                id=f"tot_{number}_{letter}",
                letter=letter,
                order_id=f"ord_{letter}",
                display_code=f"#{number}{ord(letter)}4",
                channel_name=("Own shop", "Speedy Eats", "Own shop")[index],
                price_basis=(PriceBasis.WEIGHED, PriceBasis.ORDERED, PriceBasis.WEIGHED)[index],
                due_at=NOW + timedelta(minutes=due_min + index * 10),
            )
            for index, letter in enumerate(letters)
        ],
        picks=[pick(index) for index in range(picks)],
        walk=[2, 1, 0, 3, 4, 1, 4, 7, 6, 9, 10, 7, 10, 13, 12, 15, 16, 17, 20],
        walk_m=148.0,
    )


async def no_network(url: str, subprotocols: object) -> Socket:
    raise SocketClosed("preview", code=1006)


async def no_flush() -> None:
    return None


class NoNotices:
    def listen(self, on_notice: Callable[[], None]) -> None:
        return None


def no_backend(_: httpx.Request) -> httpx.Response:
    return httpx.Response(503)


async def signed_in(
    role: str = "picker",
    *,
    lists: int = 3,
    language: str = "en",
    answer: Callable[[httpx.Request], httpx.Response] = no_backend,
) -> AppState:
    folder = Path(mkdtemp())
    outbox = Outbox(folder / "outbox.sqlite3", no_flush)
    if role != "none":
        await outbox.remember(DEVICE_TOKEN, "sample")
        await outbox.remember("store_name", "Fresh Corner, Taipa")
    if role in ("picker", "supervisor"):
        await outbox.remember(PROFILE, PROFILE_JSON % role)
        blue, slow = LightColour.BLUE, BlinkPattern.SLOW
        await outbox.remember_picker(Picker(person_id="per_1", name="Ana Lopes", colour=blue, pattern=slow))
        await outbox.remember(SESSION_TOKEN, "sample")
    samples = [pick_list(1, 8, 34), pick_list(2, 5, -7), pick_list(3, 6, 95)][:lists]
    if lists:
        taken = {"picks": [other_milk()], "status": PickListStatus.PICKING, "picker_id": "per_2"}
        samples.append(pick_list(9).model_copy(update=taken))
    updates = [
        Update(sequence=index + 1, name="pick_list", at=NOW, body=one.model_dump(mode="json"))
        for index, one in enumerate(samples)
    ]
    await outbox.store_updates(updates)
    outbox.close()
    clock = SystemClock()
    app = AppState(
        Edges(
            settings=PhoneSettings(),
            clock=clock,
            ids=SystemIdSource(clock),
            random=random.Random(1),
            sleep=asyncio.sleep,
            connect=no_network,
            http=httpx.AsyncClient(transport=httpx.MockTransport(answer)),
            outbox_path=folder / "outbox.sqlite3",
            flush=no_flush,
            scans=TypedScans(),
            signals=SilentSignals(),
            notices=NoNotices(),
        )
    )
    await app.preferences.change(language=language)
    app.link.set_status(LinkStatus.ONLINE)
    app.shelf.store_map = store_map()
    return app


async def walking(language: str, *, done: int = 0, role: str = "picker") -> AppState:
    app = await signed_in(role, language=language)
    app.work.choose("pkl_1")
    await app.work.start()
    while app.pick.current is not None and app.pick.current.position < done:
        current = app.pick.current
        if current.product.unit is UnitOfMeasure.GRAM:
            await app.pick.enter_grams(current.quantity_ordered)
        else:
            await app.pick.scan(code(current.position))
    app.pick.put_outcome_away()
    app.link.waiting_picks = 0
    return app


def cut_off(app: AppState) -> AppState:
    """Without network for long enough that the banner says so."""
    app.link.set_status(LinkStatus.OFFLINE)
    app.link._steady.look(DOWN_AFTER_S)
    app.link.shown = app.link._steady.shown
    return app


async def enrol(language: str) -> AppState:
    return await signed_in("none", language=language)


async def enrol_problem(language: str) -> AppState:
    app = await signed_in("none", language=language)
    app.shift.offered_code = "K7-M4Q9"
    app.shift.problem = "problem.enrolment"
    return app


async def badge(language: str) -> AppState:
    return await signed_in("device", language=language)


async def pin(language: str) -> AppState:
    app = await badge(language)
    app.shift.show_badge("4711")
    app.shift.problem = "problem.sign_in"
    return app


async def work(language: str) -> AppState:
    return await signed_in(language=language)


def left_list(picked: int = 5) -> PickList:
    """Mei went home with it half done."""
    whole = pick_list(4, 8, 12)
    picks = [
        one.model_copy(update={"status": PickStatus.PICKED, "quantity_picked": one.quantity_ordered})
        if one.position < picked
        else one
        for one in whole.picks
    ]
    near = picks[picked - 1].location.address
    left = {"status": PickListStatus.PICKING, "picker_id": "per_2", "picker_name": "Mei", "left_near": near}
    return whole.model_copy(update={**left, "picks": picks, "left_at": NOW})


async def work_kept(language: str) -> AppState:
    """One is kept for this picker, one for another, and one was left half done."""
    app = await signed_in(language=language)
    body = left_list().model_dump(mode="json")
    await app._outbox.store_updates([Update(sequence=50, name="pick_list", at=NOW, body=body)])
    app.work.refresh()
    offers = [("pkl_2", "per_1", "Ana Lopes"), ("pkl_1", "per_2", "Mei")]
    app.work.take_offers(
        {"offers": [{"pick_list_id": one, "picker_id": picker, "name": name} for one, picker, name in offers]}
    )
    return app


async def still_here(language: str) -> AppState:
    app = await signed_in(language=language)
    app.presence.is_warning = True
    return app


async def work_damaged(language: str) -> AppState:
    app = await work(language)
    app.link.was_damaged = True
    return app


async def work_empty(language: str) -> AppState:
    return await signed_in(lists=0, language=language)


async def work_offline(language: str) -> AppState:
    app = await signed_in("supervisor", lists=0, language=language)
    cut_off(app)
    return app


async def start(language: str) -> AppState:
    app = await signed_in(language=language)
    app.work.choose("pkl_1")
    return app


async def stop(language: str) -> AppState:
    return await walking(language)


async def stop_offline(language: str) -> AppState:
    app = await walking(language, done=3)
    cut_off(app)
    app.link.waiting_picks = 3
    silent = LabelLight(label_id="lbl_3", location_id="loc_3", phase=LightPhase.SILENT)
    app.shelf.lights = {"lbl_3": silent}
    return app


BLUE_SLOW, YELLOW_DOUBLE = Look(LightColour.BLUE, BlinkPattern.SLOW), Look(LightColour.YELLOW, BlinkPattern.DOUBLE)


async def stop_shared(language: str, sharing: Sharing) -> AppState:
    app = await walking(language, done=3)
    walk = app.pick.pick_list
    assert walk is not None
    own = Look(walk.colour or LightColour.BLUE, walk.pattern or BlinkPattern.SLOW)
    other = YELLOW_DOUBLE if own != YELLOW_DOUBLE else BLUE_SLOW
    shared_by = (own,) if sharing is Sharing.STILL else (own, other)
    label = LabelLight(
        label_id="lbl_3",
        location_id="loc_3",
        phase=LightPhase.LIT,
        colour=other.colour,
        pattern=other.pattern,
        sharing=sharing,
        shared_by=shared_by,
    )
    app.shelf.lights = {"lbl_3": label}
    return app


async def stop_in_turn(language: str) -> AppState:
    return await stop_shared(language, Sharing.IN_TURN)


async def stop_white(language: str) -> AppState:
    return await stop_shared(language, Sharing.JOINT)


async def stop_still(language: str) -> AppState:
    return await stop_shared(language, Sharing.STILL)


async def stop_anothers(language: str) -> AppState:
    return await stop_shared(language, Sharing.ONE_BY_ONE)


async def stop_counting(language: str) -> AppState:
    app = await walking(language, done=5)
    await app.pick.scan(code(5))
    app.pick.put_outcome_away()
    return app


async def stop_order_added(language: str) -> AppState:
    app = await walking(language, done=3)
    app.pick.added_letters = ("C",)
    return app


async def stop_cut_off(language: str) -> AppState:
    app = await walking(language, done=5)
    while app.pick.current is not None and not app.pick.current.is_cut_off:
        await app.pick.report_blocked_aisle()
    return app


async def stop_weighed(language: str) -> AppState:
    return await walking(language, done=2)


async def weight(language: str) -> AppState:
    app = await walking(language, done=2)
    await app.pick.scan(code(2))
    return app


async def verdict_picked(language: str) -> AppState:
    app = await walking(language)
    cut_off(app)
    await app.pick.scan(code(0))
    return app


async def verdict_counted(language: str) -> AppState:
    app = await walking(language, done=1)
    await app.pick.scan(code(1))
    return app


async def verdict_wrong(language: str) -> AppState:
    app = await walking(language, done=3)
    await app.pick.scan(code(99))
    return app


def other_milk() -> Pick:
    one = pick(6)
    names = ProductNames(en="Sparkling mineral water", zh="气泡矿泉水", pt="Água com gás")
    return one.model_copy(
        update={
            "product": one.product.model_copy(
                update={"id": "prd_99", "sku": "19999", "gtins": [code(99)], "names": names}
            )
        }
    )


async def verdict_bad(language: str) -> AppState:
    app = await walking(language)
    await app.pick.scan("7612345")
    return app


async def verdict_other(language: str) -> AppState:
    app = await walking(language)
    await app.pick.scan(code(4))
    return app


async def verdict_already(language: str) -> AppState:
    app = await walking(language, done=2)
    await app.pick.scan(code(0))
    return app


async def verdict_refused(language: str) -> AppState:
    app = await walking(language, done=2)
    confirmed = app._outbox.waiting()[1]
    problem = Problem(code="pick_already_done", detail="It was confirmed, short or cancelled before.")
    result = Result(command_id=confirmed.id, is_applied=False, problem=problem)
    app._outbox.hear([], [result])
    app.work.refresh()
    app.command_answered(confirmed, result)
    return app


async def short(language: str) -> AppState:
    app = await walking(language, done=5)
    app.open(Screen.SHORT)
    return app


def stand_in(number: int, name: str, chinese: str, row: int, price_minor: int) -> SubstituteCandidate:
    """Something else that may be given for a product."""
    like = pick(number)
    names = ProductNames(en=name, zh=chinese, pt=name)
    changed = {"id": f"prd_{number}_{row}", "sku": f"2{number}{row}", "gtins": [code(200 + row)], "names": names}
    location = like.location.model_copy(update={"id": f"loc_s{row}", "aisle": f"A{row}", "bay": 10 + row})
    card = like.product.model_copy(update={**changed, "price_minor": price_minor})
    return SubstituteCandidate(product=card, location=location)


def stand_ins() -> list[SubstituteCandidate]:
    return [
        stand_in(5, "Light oyster sauce", "淡味蚝油", 6, 2190),
        stand_in(5, "Oyster sauce with shiitake mushrooms, family bottle", "香菇蚝油家庭装", 6 + 1, 3290),
        stand_in(5, "Fish sauce", "鱼露", 12, 1590),
    ]


async def asked_walk(language: str, wish: SubstitutionWish, **five: object) -> AppState:
    """The picker is at the oyster sauce, whose shopper would take another one."""
    app = await walking(language, done=5)
    now = app.work.active
    assert now is not None
    changed = {"wish": wish, "candidates": stand_ins(), **five}
    picks = [one.model_copy(update=changed) if one.position == 5 else one for one in now.picks]
    body = now.model_copy(update={"picks": picks, "revision": 9}).model_dump(mode="json")
    await app._outbox.store_updates([Update(sequence=90, name="pick_list", at=NOW, body=body)])
    app.work.refresh()
    app.pick.put_outcome_away()
    return app


async def short_another(language: str) -> AppState:
    app = await asked_walk(language, SubstitutionWish.ASK)
    app.open(Screen.SHORT)
    return app


async def substitute(language: str) -> AppState:
    app = await asked_walk(language, SubstitutionWish.ASK)
    app.substitute.look(ShortReason.NOT_ON_SHELF, 0)
    app.open(Screen.SUBSTITUTE)
    return app


async def substitute_scanned(language: str) -> AppState:
    app = await asked_walk(language, SubstitutionWish.ALLOW)
    app.substitute.look(ShortReason.TOO_FEW, 1)
    app.open(Screen.SUBSTITUTE)
    app.substitute.scan(code(207))
    return app


async def verdict_substituted(language: str) -> AppState:
    app = await substitute(language)
    app.substitute.scan(code(206))
    await app.give_substitute()
    return app


def lying_in_tote(status: SubstitutionStatus) -> PickSubstitution:
    one = stand_ins()[0]
    return PickSubstitution(
        id="sub_1",
        product=one.product,
        location=one.location,
        quantity=3,
        status=status,
        answer_by=NOW + timedelta(seconds=245) if status is SubstitutionStatus.PROPOSED else None,
    )


async def stop_refused(language: str) -> AppState:
    short = {"status": PickStatus.SHORT, "short_reason": ShortReason.NOT_ON_SHELF}
    return await asked_walk(
        language, SubstitutionWish.ASK, **short, substitution=lying_in_tote(SubstitutionStatus.REFUSED)
    )


async def finish_asked(language: str) -> AppState:
    """One shopper is still being asked, and another has refused."""
    proposed = {"status": PickStatus.PROPOSED, "substitution": lying_in_tote(SubstitutionStatus.PROPOSED)}
    app = await asked_walk(language, SubstitutionWish.ASK, **proposed)
    while app.pick.current is not None:
        await app.pick.scan(code(app.pick.current.position))
    app.pick.put_outcome_away()
    return app


async def finish_refused(language: str) -> AppState:
    app = await stop_refused(language)
    while app.pick.current is not None:
        await app.pick.scan(code(app.pick.current.position))
    app.pick.put_outcome_away()
    return app


async def typed(language: str) -> AppState:
    app = await walking(language)
    app.open(Screen.TYPED_CODE)
    return app


async def the_map(language: str) -> AppState:
    app = await walking(language, done=2)
    app.open(Screen.MAP)
    return app


async def finish(language: str) -> AppState:
    app = await walking(language, done=5)
    await app.pick.report_short(ShortReason.TOO_FEW, 1)
    while app.pick.current is not None:
        await app.pick.scan(code(app.pick.current.position))
    app.pick.put_outcome_away()
    app.link.waiting_picks = 2
    return app


async def problems(language: str) -> AppState:
    app = await walking(language, done=2)
    confirmed = app._outbox.waiting()[1]
    refusal = Problem(code="pick_already_done", detail="It was confirmed, short or cancelled before.")
    app._outbox.hear([], [Result(command_id=confirmed.id, is_applied=False, problem=refusal)])
    app.work.refresh()
    app.open(Screen.PROBLEMS)
    return app


async def settings(language: str) -> AppState:
    app = await signed_in(language=language)
    app.open(Screen.SETTINGS)
    return app


async def board(language: str) -> AppState:
    app = await signed_in("supervisor", language=language)
    app.board.board = Board.model_validate(
        {
            "orders": [
                {
                    "order_id": "o1",
                    "display_code": "#1654",
                    "channel_name": "Speedy Eats",
                    "status": "picking",
                    "due_at": NOW - timedelta(minutes=7),
                    "lines_total": 12,
                    "lines_done": 8,
                    "lines_short": 1,
                    "picker_name": "Ana Lopes",
                    "elapsed_s": 960,
                    "target_s": 720,
                },
                {
                    "order_id": "o2",
                    "display_code": "#1655",
                    "channel_name": "Own shop",
                    "status": "picking",
                    "due_at": NOW + timedelta(minutes=18),
                    "lines_total": 9,
                    "lines_done": 3,
                    "lines_short": 0,
                    "picker_name": "陈伟",
                    "elapsed_s": 240,
                    "target_s": 600,
                },
                {
                    "order_id": "o3",
                    "display_code": "#1656",
                    "channel_name": "Own shop",
                    "status": "planned",
                    "due_at": NOW + timedelta(minutes=75),
                    "lines_total": 21,
                    "lines_done": 0,
                    "lines_short": 0,
                    "picker_name": None,
                    "elapsed_s": None,
                    "target_s": 900,
                },
            ],
            "pickers": [
                {
                    "person_id": "per_1",
                    "name": "Ana Lopes",
                    "colour": "blue",
                    "pattern": "slow",
                    "pick_list_id": "pkl_1",
                    "units_per_hour": 143.2,
                },
                {
                    "person_id": "per_2",
                    "name": "陈伟",
                    "colour": "yellow",
                    "pattern": "slow",
                    "pick_list_id": "pkl_2",
                    "units_per_hour": 168,
                },
                {
                    "person_id": "per_3",
                    "name": "Rui",
                    "colour": "cyan",
                    "pattern": "double",
                    "pick_list_id": None,
                    "units_per_hour": None,
                },
            ],
            "exceptions": [
                {
                    "id": "exc_1",
                    "channel_name": "Speedy Eats",
                    "external_id": "SE-99120",
                    "reason": "product_unknown",
                    "created_at": NOW,
                },
            ],
            "problems": [
                {
                    "at": NOW - timedelta(minutes=12),
                    "what": "order.stuck",
                    "detail": "#1652: 20417 stands at A7-3-2: no walk leads from the entrance to A7-3-2",
                    "facts": {"order": "#1652", "obstacle": "no_way", "sku": "20417", "address": "A7-3-2"},
                },
                {
                    "at": NOW - timedelta(minutes=31),
                    "what": "label.silent",
                    "detail": "L0417: not heard of for 120 s",
                    "facts": {"label": "L0417", "evidence": "not heard of for 120 s"},
                },
            ],
            "today": {"walked_m": 4_130.0, "metres_per_line": 3.9, "saved_m": 9_680.0},
            "server_at": NOW,
        }
    )
    app.open(Screen.BOARD)
    return app


async def board_home(language: str) -> AppState:
    """As a supervisor finds it after signing in."""
    app = await board(language)
    app.aside = None
    return app


async def board_problems(language: str) -> AppState:
    """What stands below the orders, without most of them."""
    app = await board(language)
    assert app.board.board is not None
    few = {"orders": app.board.board.orders[:1], "exceptions": []}
    app.board.board = app.board.board.model_copy(update=few)
    return app


async def board_empty(language: str) -> AppState:
    app = await signed_in("supervisor", language=language)
    app.board.board = Board()
    app.board.notice, app.board.released = "board.released", 2
    app.open(Screen.BOARD)
    return app


def labelled_places() -> list[LabelledLocation]:
    """Six aisles of two sides with a label at each bay."""
    places: list[LabelledLocation] = []
    for row in range(6):
        for side in (0, 1):
            for step in range(14):
                number = len(places)
                y_m = (3.8 if step < 7 else 15.8) + (step % 7) * 1.25
                places.append(
                    LabelledLocation(
                        id=f"loc_{number}",
                        address=f"A{row + 1}-{step + 1}-{side + 1}",
                        x_m=3.0 + row * 4 + side * 2,
                        y_m=y_m,
                        label_id=f"lbl_{number}",
                    )
                )
    return places


async def shelf(language: str) -> AppState:
    app = await signed_in("supervisor", language=language)
    chance = random.Random(4)
    places, lights = labelled_places(), {}
    for number in range(len(places)):
        if chance.random() < 0.16:
            colour = chance.choice(list(LightColour))
            phase = chance.choice([LightPhase.LIT, LightPhase.LIT, LightPhase.LIT, LightPhase.SENT, LightPhase.SILENT])
            lights[f"lbl_{number}"] = LabelLight(
                label_id=f"lbl_{number}",
                location_id=f"loc_{number}",
                phase=phase,
                colour=colour,
                pattern=BlinkPattern.SLOW,
            )
    app.shelf.locations, app.shelf.lights = tuple(places), lights
    ailing = [
        TendedLabel(external_id=f"L{at}", location_id=places[at].id, gateway_id="gtw_1", troubles=["low_battery"])
        for at in range(5, len(places), 31)
    ]
    app.labels.health = LabelHealth(total=len(places), in_trouble=len(ailing), strays_total=0, labels=ailing, strays=[])
    app.open(Screen.SHELF)
    return app


async def enrol_phone(language: str) -> AppState:
    app = await signed_in("supervisor", language=language)
    squares = "".join(
        f'<rect x="{x}" y="{y}" width="1" height="1"/>'
        for x in range(25)
        for y in range(25)
        if (x * 7 + y * 13 + x * y) % 3 == 0
    )
    paper = '<rect width="25" height="25" fill="#fff"/>'
    picture = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 25 25">{paper}{squares}</svg>'

    async def keep() -> None:
        app.shift.enrolment_code = EnrolmentCode(
            code="K7-M4Q9",
            expires_at=NOW + timedelta(minutes=10),
            url="https://shop.example/#/enrol/K7-M4Q9",
            qr_svg=picture,
        )

    app.shift.new_enrolment_code = keep  # type: ignore[method-assign]
    app.open(Screen.ENROL_PHONE)
    return app


CASES: dict[str, Callable[[str], Awaitable[AppState]]] = {
    "enrol": enrol, "enrol-problem": enrol_problem, "badge": badge, "pin": pin, "work": work, "work-empty": work_empty,
    "work-damaged": work_damaged, "work-kept": work_kept, "still-here": still_here,
    "work-offline": work_offline, "start": start, "stop": stop, "stop-offline": stop_offline,
    "stop-in-turn": stop_in_turn, "stop-white": stop_white, "stop-still": stop_still, "stop-anothers": stop_anothers,
    "stop-counting": stop_counting, "stop-weighed": stop_weighed, "stop-order-added": stop_order_added,
    "stop-cut-off": stop_cut_off, "weight": weight, "verdict-picked": verdict_picked,
    "verdict-counted": verdict_counted, "verdict-wrong": verdict_wrong, "verdict-bad": verdict_bad,
    "verdict-other": verdict_other, "verdict-already": verdict_already, "verdict-refused": verdict_refused,
    "short": short, "typed": typed, "map": the_map,
    "short-another": short_another, "substitute": substitute, "substitute-scanned": substitute_scanned,
    "verdict-substituted": verdict_substituted, "stop-refused": stop_refused,
    "finish-asked": finish_asked, "finish-refused": finish_refused,
    "finish": finish, "problems": problems, "settings": settings, "board": board,
    "board-home": board_home, "board-problems": board_problems, "board-empty": board_empty,
    "shelf": shelf, "enrol-phone": enrol_phone,
}  # fmt: skip
