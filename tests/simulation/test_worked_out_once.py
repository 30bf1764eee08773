"""What many phones read and write alike is worked out once, and is what each would have read and written itself."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from starlette.testclient import TestClient

from backend.main.app import ROUTERS, create_app
from backend.people.errors import NotSignedIn
from backend.settings import Settings
from shared.ids import SeededIdSource
from shared.picking import PickList
from tests.mobile.builders import pick_list
from tests.simulation.worked_out_once import LISTS_WRITTEN_MAX, KnownTexts, share_doors


def test_a_list_is_written_once_for_all_phones_that_hold_it() -> None:
    texts, walk = KnownTexts(), pick_list()
    text = texts.written(walk)
    assert PickList.model_validate_json(text) == walk
    assert texts.written(walk) is text


def test_another_list_of_the_same_id_is_another_text() -> None:
    texts, walk = KnownTexts(), pick_list()
    later = walk.model_copy(update={"revision": walk.revision + 1})
    assert texts.written(walk) != texts.written(later)
    assert PickList.model_validate_json(texts.written(later)) == later


def test_old_texts_are_forgotten_and_written_anew() -> None:
    texts, first = KnownTexts(), pick_list()
    text = texts.written(first)
    others = [first.model_copy(update={"revision": number}) for number in range(LISTS_WRITTEN_MAX)]
    for other in others:
        texts.written(other)
    assert texts.written(first) is not text
    assert texts.written(first) == text


def test_servers_share_their_doors_and_each_answers_for_its_own_house(ids: SeededIdSource) -> None:
    apps, asked = [], []

    def house(name: str) -> Any:
        async def authenticate(token: str) -> None:
            asked.append((name, token))
            raise NotSignedIn("sign in first")

        people = SimpleNamespace(authenticate=authenticate)
        return SimpleNamespace(settings=Settings(_env_file=None), ids=ids, people=people)

    for name in ("one", "other"):
        apps.append(create_app(house(name)))
        share_doors(apps[-1])
    shared = [{id(door) for door in app.router.routes} for app in apps]
    assert len(shared[0] & shared[1]) >= len(ROUTERS)
    for app, token in zip(apps, ("ses_1", "ses_2"), strict=True):
        client = TestClient(app, base_url="http://localhost")
        answer = client.get("/api/v1/people/me", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 401
    assert asked == [("one", "ses_1"), ("other", "ses_2")]
