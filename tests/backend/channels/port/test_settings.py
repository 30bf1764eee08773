"""Settings of adapters: an address without credentials or a query in it, and no value in a refusal."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from backend.channels.port.settings import AdapterSettings, Url


class Settings(AdapterSettings):
    base_url: Url


@pytest.mark.parametrize("url", ["https://platform.example", "http://127.0.0.1:8000/od/v1"])
def test_an_address(url: str) -> None:
    assert Settings(base_url=url).base_url == url


@pytest.mark.parametrize(
    "url", ["ftp://platform.example", "https://me:hush-hush@platform.example", "https://platform.example/?a=hush-hush"]
)
def test_what_is_none_is_refused_without_being_repeated(url: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Settings(base_url=url)
    assert "hush" not in str(refused.value)


def test_a_field_nobody_knows_is_refused() -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate({"base_url": "https://platform.example", "surprise": 1})
