"""What is shown is always what the backend said with the waiting commands on top, however it was come by."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mobile.services.shown_lists import ShownLists
from mobile.services.synced import Picker, PickLists, apply_command
from shared.commands import StartPickList
from shared.picking import PickStatus
from shared.sync.envelope import Command
from tests.mobile.builders import START, pick, pick_list

ANA, BEA = Picker(person_id="per_1", name="Ana"), Picker(person_id="per_2", name="Bea")


def confirmed(pick_number: int, *, number: int = 1) -> Command:
    body = {"pick_list_id": f"pkl_{number}", "pick_id": f"pck_{pick_number}", "quantity": 1, "scan": "x"}
    return Command(id=f"cmd_{number}_{pick_number}", name="pick.confirm", made_at=START, body=body)


def started(number: int = 1) -> Command:
    return Command(
        id=f"cmd_{number}_start", name=StartPickList.name, made_at=START, body={"pick_list_id": f"pkl_{number}"}
    )


class TestShow:
    def test_where_nothing_waits_everything_is_as_the_backend_said(self) -> None:
        lists = {"pkl_1": pick_list()}
        assert ShownLists().show(lists, [], ANA) is lists

    def test_a_new_command_is_done_on_top_and_what_was_there_stays(self) -> None:
        shown, lists = ShownLists(), {"pkl_1": pick_list(), "pkl_2": pick_list(number=2)}
        first = shown.show(lists, [confirmed(0)], ANA)
        second = shown.show(lists, [confirmed(0), confirmed(1)], ANA)
        assert [one.status for one in second["pkl_1"].picks] == ["picked", "picked", "open"]
        assert second["pkl_1"].picks[0] is first["pkl_1"].picks[0]
        assert second["pkl_2"] is lists["pkl_2"]
        assert shown.show(lists, [confirmed(0), confirmed(1)], ANA)["pkl_1"] is second["pkl_1"]

    def test_a_refused_command_falls_away(self) -> None:
        shown, lists = ShownLists(), {"pkl_1": pick_list()}
        shown.show(lists, [confirmed(0), confirmed(1)], ANA)
        assert [one.status for one in shown.show(lists, [confirmed(1)], ANA)["pkl_1"].picks] == [
            "open",
            "picked",
            "open",
        ]

    def test_somebody_else_walks_in_their_own_name(self) -> None:
        shown, lists = ShownLists(), {"pkl_1": pick_list()}
        assert shown.show(lists, [started()], ANA)["pkl_1"].picker_name == "Ana"
        assert shown.show(lists, [started()], BEA)["pkl_1"].picker_name == "Bea"


class TestSettled:
    def test_what_is_shown_stays_so_when_its_only_command_is_answered(self) -> None:
        shown, lists = ShownLists(), {"pkl_1": pick_list()}
        seen = shown.show(lists, [confirmed(0)], ANA)["pkl_1"]
        assert shown.settled(lists["pkl_1"], confirmed(0), ANA) is seen

    def test_only_that_command_is_settled_where_others_wait(self) -> None:
        shown, lists = ShownLists(), {"pkl_1": pick_list()}
        shown.show(lists, [confirmed(0), confirmed(1)], ANA)
        settled = shown.settled(lists["pkl_1"], confirmed(0), ANA)
        assert [one.status for one in settled.picks] == ["picked", "open", "open"]

    def test_what_the_backend_said_meanwhile_counts(self) -> None:
        shown, lists = ShownLists(), {"pkl_1": pick_list([pick(0), pick(1)])}
        shown.show(lists, [confirmed(0)], ANA)
        newer = pick_list([pick(1), pick(0)], revision=2)
        settled = shown.settled(newer, confirmed(0), ANA)
        assert [(one.id, one.status) for one in settled.picks] == [
            ("pck_1", PickStatus.OPEN),
            ("pck_0", PickStatus.PICKED),
        ]


def _all_anew(lists: PickLists, commands: list[Command], picker: Picker) -> PickLists:
    anew = dict(lists)
    for command in commands:
        pick_list_id = command.body["pick_list_id"]
        if pick_list_id in anew:
            anew[pick_list_id] = apply_command(anew[pick_list_id], command, picker)
    return anew


@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from(["command", "answer", "refuse", "told", "gone"]), st.integers(0, 2), st.integers(0, 2)
        ),
        max_size=25,
    )
)
def test_it_is_what_computing_everything_anew_would_give(steps: list[tuple[str, int, int]]) -> None:
    shown = ShownLists()
    lists: PickLists = {}
    waiting: dict[str, Command] = {}
    for revision, (kind, number, pick_number) in enumerate(steps, start=1):
        command = confirmed(pick_number, number=number)
        if kind == "command":
            waiting.setdefault(command.id, command)
        elif kind == "told":
            lists = {**lists, f"pkl_{number}": pick_list(number=number, revision=revision)}
        elif kind == "gone":
            lists = {one: each for one, each in lists.items() if one != f"pkl_{number}"}
        elif waiting.pop(command.id, None) is not None and kind == "answer" and f"pkl_{number}" in lists:
            said = lists[f"pkl_{number}"]
            settled = shown.settled(said, command, ANA)
            assert settled == apply_command(said, command, ANA)
            lists = {**lists, said.id: settled}
        commands = list(waiting.values())
        assert shown.show(lists, commands, ANA) == _all_anew(lists, commands, ANA)
