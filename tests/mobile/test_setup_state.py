"""A supervisor sets up the store from the phone, by files and by forms; nothing that was typed is lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from mobile.services.files import PickedFile
from mobile.services.labels_api import Gateway
from mobile.state.bindings_state import FILE_MAX_BYTES
from mobile.state.light_rules_state import Quiet
from mobile.state.screens import Screen
from mobile.state.setup_state import SetupState
from tests.e2e.preview_setup import AIMS, BAD, BATCHES, DRIVERS, GOOD, PROGRESS, RULES
from tests.mobile.services.test_labels_api import GATEWAY
from tests.mobile.supervising import SupervisorsPhone, supervisors_phone

RAW = b"label_id,gateway,location\nL1,main,A1-1-1\n"
TAKEN = {"labels_added": 2, "labels_changed": 1, "labels_unchanged": 0}


class TestBindings:
    def test_a_file_is_looked_through_and_then_taken(self, run: Callable, tmp_path: Path) -> None:
        async def scenario() -> None:
            phone = await supervisors_phone(tmp_path)
            state = phone.app.setup.bindings
            phone.answer("POST", "labels/import/preview", GOOD)
            phone.answer("POST", "labels/import", TAKEN)
            await state.choose()
            assert not phone.asked, "nobody chose one"
            phone.files.next = PickedFile("may.csv", RAW)
            await state.choose()
            assert (state.name, state.may_take) == ("may.csv", True)
            assert phone.asked == [("POST", "labels/import/preview", RAW.decode())]
            await state.take()
            assert state.taken is not None
            assert (state.taken.labels_added, state.has_file, state.preview) == (2, False, None)
            phone.app.open(Screen.BINDINGS)
            assert state.taken is None

        run(scenario())

    def test_with_a_wrong_line_nothing_is_taken(self, run: Callable, tmp_path: Path) -> None:
        async def scenario() -> None:
            phone = await supervisors_phone(tmp_path)
            state = phone.app.setup.bindings
            phone.answer("POST", "labels/import/preview", BAD)
            await state.paste("label_id\tgateway\tlocation\nL1\tmain\tA1-1-1\n")
            assert phone.asked[0][2] == RAW.decode().strip()
            assert not state.may_take
            await state.take()
            assert len(phone.asked) == 1

        run(scenario())

    def test_without_network_the_file_stays_and_is_asked_again(self, run: Callable, tmp_path: Path) -> None:
        async def scenario() -> None:
            phone = await supervisors_phone(tmp_path)
            state = phone.app.setup.bindings
            phone.answer("POST", "labels/import/preview", GOOD)
            phone.backend.is_reachable = False
            await state.look("may.csv", RAW)
            assert (state.problem, state.has_file, state.preview) == ("problem.unreachable", True, None)
            phone.backend.is_reachable = True
            await state.look_again()
            phone.backend.is_reachable = False
            await state.take()
            assert (state.problem, state.has_file, state.may_take) == ("problem.unreachable", True, True)
            state.put_away()
            assert (state.problem, state.has_file, state.preview) == ("", False, None)

        run(scenario())

    def test_one_that_is_too_large_is_not_sent(self, run: Callable, tmp_path: Path) -> None:
        async def scenario() -> None:
            phone = await supervisors_phone(tmp_path)
            await phone.app.setup.bindings.look("all.csv", b"x" * (FILE_MAX_BYTES + 1))
            assert (phone.app.setup.bindings.problem, phone.asked) == ("bindings.too_large", [])

        run(scenario())

    def test_all_of_them_are_kept_as_a_file(self, run: Callable, tmp_path: Path) -> None:
        async def scenario() -> None:
            phone = await supervisors_phone(tmp_path)
            phone.answer("GET", "labels/export", "the file")
            await phone.app.setup.bindings.export()
            assert phone.files.kept == {"labels.csv": b'"the file"'}
            phone.refuse("GET", "labels/export", "forbidden", 403)
            await phone.app.setup.bindings.export()
            assert phone.app.setup.bindings.problem == "problem.refused"

        run(scenario())


async def gateway_phone(folder: Path) -> SupervisorsPhone:
    phone = await supervisors_phone(folder)
    phone.answer("GET", "gateway-drivers", {"drivers": DRIVERS})
    phone.answer("GET", "gateways/Ground floor", AIMS)
    phone.answer("PUT", "gateways/Ground floor", {"id": "gwy_1"})
    return phone


class TestGateway:
    def test_a_password_goes_in_and_never_comes_out(self, run: Callable, tmp_path: Path) -> None:
        async def scenario() -> None:
            phone = await gateway_phone(tmp_path)
            state = phone.app.setup.gateway
            state.change(Gateway.model_validate(GATEWAY))
            await state.load()
            assert (state.domain, state.typed["password"], state.secrets_set) == ("solum_aims", "", {"password"})
            state.type("username", "ana")
            await state.save()
            assert phone.asked[-1][2] == {
                "domain": "solum_aims",
                "settings": {
                    "url": "https://aims.example",
                    "username": "ana",
                    "company": "HOME",
                    "store": "0001",
                    "patterns": {"slow": 0},
                },
                "is_enabled": True,
            }
            state.type("password", "hush")
            state.switch()
            await state.save()
            assert phone.asked[-1][2]["settings"]["password"] == "hush"
            assert phone.asked[-1][2]["is_enabled"] is False
            assert (state.is_saved, state.typed.get("password", "")) == (True, "")

        run(scenario())

    def test_what_the_driver_does_not_take_stays_typed(self, run: Callable, tmp_path: Path) -> None:
        async def scenario() -> None:
            phone = await gateway_phone(tmp_path)
            state = phone.app.setup.gateway
            state.add()
            await state.load()
            state.choose_driver("openepaperlink")
            await state.save()
            assert (state.problem, state.wrong) == ("gateway.name_invalid", "name")
            state.type_name("Attic")
            await state.save()
            assert (state.problem, state.wrong) == ("gateway.field_wrong", "url")
            state.type("url", "nowhere")
            phone.refuse("PUT", "gateways/Attic", "gateway_settings_invalid")
            await state.save()
            assert (state.problem, state.detail, state.typed["url"]) == ("gateway.invalid", "no", "nowhere")
            phone.backend.is_reachable = False
            await state.save()
            assert (state.problem, state.typed["url"], state.is_new) == ("problem.unreachable", "nowhere", True)

        run(scenario())

    def test_it_is_tried_and_removed(self, run: Callable, tmp_path: Path) -> None:
        async def scenario() -> None:
            phone = await gateway_phone(tmp_path)
            state = phone.app.setup.gateway
            state.change(Gateway.model_validate(GATEWAY))
            await state.load()
            phone.answer(
                "POST", "gateways/Ground floor/test", {"is_reachable": True, "heard_total": 3, "heard": ["L1"]}
            )
            await state.test()
            assert state.tested is not None
            assert state.tested.heard_total == 3
            phone.refuse("DELETE", "gateways/Ground floor", "gateway_in_use", 409)
            assert not await state.remove()
            assert state.problem == "gateway.in_use"
            phone.answer("DELETE", "gateways/Ground floor", None, 204)
            assert await state.remove()

        run(scenario())


async def planning(folder: Path) -> SupervisorsPhone:
    phone = await supervisors_phone(folder, currency="EUR")
    phone.answer("GET", "prices", {"batches": BATCHES})
    phone.answer("GET", "prices/progress", {"batches": PROGRESS})
    phone.answer("POST", "prices", {"batch_id": "prb_9", "begins_at": "2026-12-01T06:00:00Z", "prices": 1}, 202)
    return phone


class TestPlans:
    def test_shows_how_far_each_has_come_and_withdraws_after_a_second_tap(self, run: Callable, tmp_path: Path) -> None:
        async def scenario() -> None:
            phone = await planning(tmp_path)
            state = phone.app.setup.plans
            await state.load()
            assert state.batches is not None
            assert (len(state.batches), state.progress["prb_3"].behind) == (5, 71)
            asked = len(phone.asked)
            await state.withdraw("prb_4")
            assert len(phone.asked) == asked
            phone.answer("DELETE", "prices/prb_4", None, 204)
            await state.withdraw("prb_4")
            assert phone.asked[asked][:2] == ("DELETE", "prices/prb_4")
            phone.refuse("DELETE", "prices/prb_3", "price_batch_applied", 409)
            await state.withdraw("prb_3")
            await state.withdraw("prb_3")
            assert state.problem == "plans.too_late"

        run(scenario())

    def test_one_product_from_tomorrow_morning_on(self, run: Callable, tmp_path: Path) -> None:
        async def scenario() -> None:
            phone = await planning(tmp_path)
            state = phone.app.setup.plans
            state.set(sku="10440", price="12,345")
            assert (state.price_minor, state.may_plan) == (None, False)
            state.set(price="12,90")
            assert (state.price_minor, state.begins_at, state.may_plan) == (1290, None, True)
            state.later()
            state.later(minutes=2)
            state.later(days=-5)
            assert state.day == 0
            state.later(days=1, minutes=26)
            at = state.begins_at
            assert at is not None
            today = phone.app.now.astimezone().date()
            assert (at.date() - today, at.hour, at.minute) == (timedelta(days=1), 6, 30)
            await state.plan()
            assert phone.asked[-1][2] == 'sku,price_minor\n"10440",1290\n'
            assert state.planned is not None
            assert (state.planned.prices, state.sku) == (1, "")

        run(scenario())

    def test_refused_it_names_the_lines_and_keeps_what_was_chosen(self, run: Callable, tmp_path: Path) -> None:
        async def scenario() -> None:
            phone = await planning(tmp_path)
            state = phone.app.setup.plans
            phone.files.next = PickedFile("spring.csv", b"sku,price_minor\nx,1\n")
            await state.choose()
            problems = [{"at": "row 2, sku", "problem": "unknown"}]
            body: dict[str, Any] = {"title": "no", "detail": "no", "code": "prices_rejected", "problems": problems}
            phone.answer("POST", "prices", body, 422)
            await state.plan()
            assert (state.problem, state.lines, state.file_name) == (
                "plans.rejected",
                ("row 2, sku: unknown",),
                "spring.csv",
            )
            state.put_file_away()
            assert (state.problem, state.lines, state.may_plan) == ("", (), False)

        run(scenario())

    def test_the_report_is_kept_as_a_file(self, run: Callable, tmp_path: Path) -> None:
        async def scenario() -> None:
            phone = await planning(tmp_path)
            phone.answer("GET", "labels/prices/export", "rows")
            await phone.app.setup.plans.report("prb_3")
            assert [*phone.files.kept] == ["prices-prb_3.csv"]

        run(scenario())


class TestRules:
    def test_hours_and_budget_are_set_and_saved(self, run: Callable, tmp_path: Path) -> None:
        async def scenario() -> None:
            phone = await supervisors_phone(tmp_path)
            state = phone.app.setup.rules
            phone.answer("GET", "light-rules", RULES)
            await state.load()
            assert (state.quiet, state.budget_min, state.is_changed) == (Quiet.USUAL, None, False)
            state.choose(Quiet.HOURS)
            state.move(begins=1, ends=-1)
            state.spend(1)
            said = {"quiet_hours": "22:15-05:45", "lit_max_s_per_day": 4200}
            assert (state.quiet_hours, state.is_changed) == ("22:15-05:45", True)
            phone.answer("PUT", "light-rules", {**RULES, **said})
            await state.save()
            assert phone.asked[-1][2] == said
            assert (state.is_saved, state.is_changed) == (True, False)
            state.usual_budget()
            state.choose(Quiet.NEVER)
            assert (state.quiet_hours, state.is_changed) == ("", True)
            phone.app.open(Screen.LIGHT_RULES)
            assert (state.quiet, state.budget_min) == (Quiet.HOURS, 70)

        run(scenario())

    def test_what_was_set_stays_where_saving_fails_and_a_look_does_not_undo_it(
        self, run: Callable, tmp_path: Path
    ) -> None:
        async def scenario() -> None:
            phone = await supervisors_phone(tmp_path)
            state = phone.app.setup.rules
            phone.answer("GET", "light-rules", RULES)
            await state.load()
            state.choose(Quiet.NEVER)
            phone.backend.is_reachable = False
            await state.save()
            assert (state.problem, state.is_saved, state.quiet) == ("problem.unreachable", False, Quiet.NEVER)
            phone.backend.is_reachable = True
            await state.load()
            assert (state.quiet, state.is_changed) == (Quiet.NEVER, True)

        run(scenario())


def test_opening_one_of_them_puts_away_what_was_said_before(run: Callable, tmp_path: Path) -> None:
    async def scenario() -> None:
        phone = await supervisors_phone(tmp_path)
        setup = phone.app.setup
        assert isinstance(setup, SetupState)
        setup.bindings.problem = setup.plans.problem = setup.rules.problem = "problem.refused"
        phone.app.open(Screen.BINDINGS)
        assert (setup.bindings.problem, setup.plans.problem, setup.rules.problem) == ("", "", "")

    run(scenario())


def test_back_leads_to_what_lies_beneath(run: Callable, tmp_path: Path) -> None:
    async def scenario() -> None:
        phone = await supervisors_phone(tmp_path)
        for screen, *beneath in (
            (Screen.GATEWAY, Screen.GATEWAYS, Screen.LABELS),
            (Screen.PLAN_PRICES, Screen.PRICE_PLANS, Screen.SHELF_PRICES, Screen.LABELS),
            (Screen.LIGHT_RULES, Screen.LABELS),
        ):
            phone.app.open(screen)
            for expected in beneath:
                phone.app.back()
                assert phone.app.screen is expected

    run(scenario())
