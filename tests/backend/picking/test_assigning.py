"""Who is offered which trolley: as values, against every assignment there is."""

from __future__ import annotations

from itertools import permutations

from hypothesis import given, settings
from hypothesis import strategies as st

from backend.picking.assigning import ANY_MOMENT_S, FREE_SOON_S, KEPT_S, Picker, Trolley, assign, free_in_s
from backend.picking.planning import Pace

DESK, ENTRANCE = 0, 1


def distance_m(a: int, b: int) -> float:
    return 10.0 * abs(a - b)


def offers(pickers: list[Picker], trolleys: list[Trolley], kept: dict[str, str] | None = None) -> dict[str, str]:
    found = assign(pickers, trolleys, distance_m=distance_m, walking_m_per_s=1.0, kept=kept or {})
    return {offer.pick_list_id: offer.picker_id for offer in found}


def picker(name: str, free_s: float = 0.0, **parts: object) -> Picker:
    return Picker(name, free_s, DESK, **parts)  # type: ignore[arg-type]


def trolley(name: str, due_in_s: float = 3_600, **parts: object) -> Trolley:
    values = {"walk_s": 600.0, "starts_at": ENTRANCE, **parts}
    return Trolley(name, due_in_s, **values)  # type: ignore[arg-type]


pickers_drawn = st.lists(
    st.tuples(
        st.floats(0, 2 * FREE_SOON_S), st.sampled_from([(), ("frozen",), ("frozen", "Wine")]), st.floats(0, 4_000)
    ),
    max_size=5,
).map(
    lambda drawn: [
        Picker(f"p{number}", free_s, DESK, waited_s, may_not)
        for number, (free_s, may_not, waited_s) in enumerate(drawn)
    ]
)
trolleys_drawn = st.lists(
    st.tuples(
        st.integers(-600, 7_200),
        st.floats(100, 3_000),
        st.integers(0, 4),
        st.sets(st.sampled_from(["frozen", "wine"])),
    ),
    max_size=6,
).map(
    lambda drawn: [
        Trolley(f"t{number}", due_s, walk_s, node, frozenset(holds))
        for number, (due_s, walk_s, node, holds) in enumerate(drawn)
    ]
)


class TestAssign:
    def test_nobody_or_nothing(self) -> None:
        assert offers([], [trolley("t")]) == {}
        assert offers([picker("p")], []) == {}

    def test_the_idle_get_the_more_pressing_one(self) -> None:
        found = offers([picker("walks", 300), picker("idle")], [trolley("later", 7_000), trolley("soon", 900)])
        assert found == {"soon": "idle", "later": "walks"}

    def test_one_picker_is_kept_the_most_pressing_one(self) -> None:
        assert offers([picker("p")], [trolley("b", 2_000), trolley("a", 1_000), trolley("c", 3_000)]) == {"a": "p"}

    def test_who_has_waited_longest_comes_first(self) -> None:
        assert offers([picker("a", waited_s=10), picker("b", waited_s=500)], [trolley("t")]) == {"t": "b"}

    def test_who_stands_nearer_to_a_left_trolley_takes_it(self) -> None:
        near, far = Picker("z", 0, stands_at=4), Picker("a", 0, stands_at=0)
        assert offers([near, far], [trolley("left", starts_at=4)]) == {"left": "z"}

    def test_who_walks_for_long_is_offered_nothing(self) -> None:
        assert offers([picker("p", FREE_SOON_S + 1)], [trolley("t")]) == {}

    def test_what_was_let_pass_goes_to_somebody_else(self) -> None:
        passed = picker("a", let_pass=frozenset({"t"}))
        assert offers([passed], [trolley("t")]) == {}
        assert offers([passed, picker("b", 60)], [trolley("t")]) == {"t": "b"}
        assert offers([passed], [trolley("t", 1_000), trolley("u", 2_000)]) == {"u": "a"}

    def test_an_offer_stands_unless_another_is_much_better(self) -> None:
        pair = [picker("a", waited_s=500), picker("b")]
        assert offers(pair, [trolley("t")], {"t": "b"}) == {"t": "b"}
        slow = [picker("a"), picker("b", 2 * KEPT_S)]
        assert offers(slow, [trolley("t")], {"t": "b"}) == {"t": "a"}

    def test_what_one_may_not_pick_leaves_it_to_another(self) -> None:
        careful, free = picker("careful", may_not_pick=("Beer and Wine",)), picker("free", 100)
        wine = trolley("wine", 500, holds=frozenset({"beer and wine"}))
        assert offers([careful, free], [wine, trolley("milk", 900)]) == {"wine": "free", "milk": "careful"}

    def test_the_first_one_somebody_may_take_is_found_behind_many_they_may_not(self) -> None:
        frozen = [trolley(f"f{number:03d}", 100 + number, holds=frozenset({"frozen"})) for number in range(200)]
        assert offers([picker("p", may_not_pick=("frozen",))], [*frozen, trolley("dry", 9_000)]) == {"dry": "p"}

    @given(pickers_drawn, trolleys_drawn)
    @settings(max_examples=150, deadline=None)
    def test_one_each_never_forbidden_and_the_most_pressing_served(
        self, pickers: list[Picker], trolleys: list[Trolley]
    ) -> None:
        found = offers(pickers, trolleys)
        by_id = {each.id: each for each in pickers}
        assert len(set(found.values())) == len(found)
        for one in trolleys:
            if one.pick_list_id in found:
                assert may_take(by_id[found[one.pick_list_id]], one)
        assert sorted(found) == sorted(most_pressing(pickers, trolleys))
        assert offers(pickers[::-1], trolleys[::-1]) == found

    def test_five_thousand_orders_and_sixty_pickers(self) -> None:
        """As many trolleys as so many orders make at once; only the most pressing are looked at."""
        pickers = [picker(f"p{number:02d}", 10.0 * number) for number in range(60)]
        trolleys = [trolley(f"t{number:03d}", 600 + number) for number in range(834)]
        assert sorted(offers(pickers, trolleys)) == [f"t{number:03d}" for number in range(60)]


class TestFreeInS:
    PACE = Pace(walking_m_per_s=2, handling_s=10, begin_and_end_s=60)

    def test_what_is_left_less_what_has_passed(self) -> None:
        assert free_in_s(walk_left_m=100, picks_left=3, since_last_s=20, pace=self.PACE) == 60

    def test_who_should_be_back_is_back_any_moment(self) -> None:
        assert free_in_s(walk_left_m=10, picks_left=0, since_last_s=500, pace=self.PACE) == ANY_MOMENT_S


def may_take(one: Picker, other: Trolley) -> bool:
    return not {word.casefold() for word in one.may_not_pick} & other.holds


def most_pressing(pickers: list[Picker], trolleys: list[Trolley]) -> list[str]:
    """Greedy over all there is: each trolley, by promise, that can be served besides those before it."""
    here = [each for each in pickers if each.free_in_s <= FREE_SOON_S]
    served: list[Trolley] = []
    for one in sorted(trolleys, key=lambda each: (each.due_in_s, each.pick_list_id)):
        trial = [*served, one]
        if len(trial) <= len(here) and any(
            all(may_take(who, what) for who, what in zip(order, trial, strict=True))
            for order in permutations(here, len(trial))
        ):
            served = trial
    return [one.pick_list_id for one in served]
