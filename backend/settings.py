"""Every setting of the backend, typed and sectioned. The defaults run the demo; production must say its secrets."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Self

from pydantic import AliasChoices, BaseModel, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.substitution import ShopperAnswer

_DEMO_PEPPER = "demo-pepper-not-for-production"
EVERYWHERE = "0.0.0.0"  # noqa: S104 - only where the settings ask for phones
HTTPS_PORT = 8443
PIN_MEMORY_KIB, PIN_PASSES = 19 * 1024, 2  # what OWASP asks of argon2id at least; 24 ms on a small server
DEMO_WAIT_FOR_COMPANY_S = 20.0  # a newcomer has one order and one phone, and wants to see it blink


class Environment(StrEnum):
    DEVELOPMENT = "development"
    PRODUCTION = "production"


class PickingSettings(BaseModel):
    """How orders become trolleys, and how fast we expect a picker to be."""

    release_every_s: float = Field(default=5.0, gt=0, description="how often waiting orders are looked at")
    wait_for_company_s: float = Field(
        default=1200.0,
        ge=0,
        description="the longest an order waits for others to walk with although a picker is free; 0: nobody waits. "
        "At three orders in ten minutes a trolley fills in twenty. 20 s in the demo, unless set",
    )
    slack_margin_s: float = Field(
        default=600.0,
        ge=0,
        description="a trolley is planned to be back this long before its first order is due: for crowds, questions, "
        "products that are not in their place, and a picker who comes a little later",
    )
    totes_max: int = Field(default=6, ge=1, le=6)
    route_seconds: float = Field(
        default=0.05,
        gt=0,
        le=5,
        description="how long one plan may search, for up to 600 orders; more makes shorter walks where many wait",
    )
    walking_m_per_s: float = Field(default=1.0, gt=0)
    handling_s: float = Field(default=12.0, ge=0, description="seconds per pick besides walking")
    begin_and_end_s: float = Field(
        default=90.0, ge=0, description="seconds of each walk besides its picks: fetching the trolley, handing over"
    )
    inserts_orders: bool = Field(
        default=True,
        description="whether a walk under way takes another order along where a tote place is free. In the best plan "
        "one could make with all orders known beforehand most go so; trolleys must carry spare totes",
    )
    insert_saves_s: float = Field(
        default=60.0,
        ge=0,
        description="what taking an order along must save against leaving it for the next trolley, s: reading the "
        "notice and hanging up a tote take half a minute, the rest is for who might have come to keep it company",
    )
    substitution_answer_s: float = Field(
        default=300.0,
        ge=0,
        description="how long a shopper may think about a substitute; then the store's rule decides",
    )
    substitution_margin_s: float = Field(
        default=120.0,
        ge=0,
        description="an answer must be there so long before the order is due: the tote waits for it at the desk",
    )
    substitution_silence: ShopperAnswer = Field(
        default=ShopperAnswer.REFUSE, description="what silence means: refuse (the line is short) or approve"
    )
    take_over_after_s: float = Field(
        default=120.0,
        gt=0,
        description="a trolley whose picker was not heard for so long may be taken over by whoever scans a tote of it; "
        "who walks is heard more often: a scan, a touch",
    )
    target_s_per_line: float = Field(default=30.0, gt=0, description="the board's target for one line")


class LabelSettings(BaseModel):
    """How labels are lit."""

    flash_s: int = Field(default=60, ge=5, le=300, description="one finite flash; armed again while still wanted")
    seed: int = 1
    lit_max_s_per_day: int = Field(
        default=3_600,
        ge=60,
        description="how long one label may blink a day, s: its battery's budget; then the address must do",
    )
    quiet_hours: str = Field(
        default="",
        pattern=r"^(([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d)?$",
        description="22:00-06:00, by the store's own clock: no label is lit then. Empty: never",
    )


class PeopleSettings(BaseModel):
    pepper: SecretStr = SecretStr(_DEMO_PEPPER)
    pin_memory_kib: int = Field(
        default=PIN_MEMORY_KIB, ge=8, description="what each guess at a stolen PIN costs; less only in development"
    )
    pin_passes: int = Field(default=PIN_PASSES, ge=1, description="the same, in time")
    idle_lock_s: float = 15 * 60
    session_max_s: float = 12 * 3600
    enrolment_s: float = 10 * 60


class Settings(BaseSettings):
    """Read from the environment (prefix BLINKPICK_, sections by `__`) and from `.env`."""

    model_config = SettingsConfigDict(
        env_prefix="BLINKPICK_", env_nested_delimiter="__", env_file=".env", extra="ignore", populate_by_name=True
    )

    environment: Environment = Environment.DEVELOPMENT
    host: str = Field(default="127.0.0.1", validation_alias=AliasChoices("HOST", "BLINKPICK_HOST"))
    port: int = Field(default=8000, ge=0, le=65535, validation_alias=AliasChoices("PORT", "BLINKPICK_PORT"))
    database_url: str = Field(
        default="sqlite:///var/blinkpick.db", validation_alias=AliasChoices("DATABASE_URL", "BLINKPICK_DATABASE_URL")
    )
    public_url: str = Field(default="", description="how phones reach this server; found out where empty")
    allowed_origins: list[str] = Field(default=[], description="browser origins besides our own")
    allowed_hosts: list[str] = Field(default=["*"], description="Host headers answered to")
    trusted_proxies: list[str] = Field(default=[], description="addresses whose X-Forwarded-* headers are believed")
    app_path: Path = Field(default=Path("build/pwa"), description="the phone app's bundle")
    log_level: str = "INFO"
    is_demo: bool = True
    demo_path: Path = Field(default=Path("var/demo.json"), description="the demo keys, for a restart to show again")
    demo_platform_port: int = Field(default=9100, ge=0, le=65535, description="the simulated delivery platform")
    personal_data_kept_days: int = Field(
        default=14,
        ge=1,
        le=30,
        description="who the customers of finished orders were, and what channels sent, is erased after so many days",
    )
    secrets_key: SecretStr = Field(
        default=SecretStr(""),
        description="32 bytes as base64; what must be read again is sealed with it. Empty: a file",
    )
    secrets_key_path: Path = Field(
        default=Path("var/secrets.key"), description="where that key is; drawn once, readable by its owner only"
    )
    tls: bool = Field(
        default=False,
        validation_alias=AliasChoices("TLS", "BLINKPICK_TLS"),
        description="HTTPS with a certificate of the store's own, which phones trust once",
    )
    tls_folder: Path = Field(default=Path("var/tls"), description="where that certificate and its authority are kept")
    tls_names: list[str] = Field(default=[], description="local names and private addresses besides those found out")
    http_port: int = Field(
        default=8080, ge=0, le=65535, description="with tls: plain HTTP that hands out the authority; 0: none"
    )
    tls_certificate: Path | None = None
    tls_key: Path | None = None

    picking: PickingSettings = PickingSettings()
    labels: LabelSettings = LabelSettings()
    people: PeopleSettings = PeopleSettings()

    @model_validator(mode="after")
    def open_to_phones(self) -> Self:
        """A certificate of one's own is there for phones: then we listen where they are."""
        if self.tls and (self.tls_certificate or self.tls_key):
            raise ValueError("TLS makes a certificate of its own: leave BLINKPICK_TLS_CERTIFICATE and _KEY out, or TLS")
        if self.tls and "host" not in self.model_fields_set:
            self.host = EVERYWHERE
        if self.tls and "port" not in self.model_fields_set:
            self.port = HTTPS_PORT
        return self

    @model_validator(mode="after")
    def keep_the_demo_lively(self) -> Self:
        if self.is_demo and "wait_for_company_s" not in self.picking.model_fields_set:
            self.picking = self.picking.model_copy(update={"wait_for_company_s": DEMO_WAIT_FOR_COMPANY_S})
        return self

    @model_validator(mode="after")
    def refuse_unsafe_values(self) -> Self:
        if self.environment is Environment.PRODUCTION:
            pepper = self.people.pepper.get_secret_value()
            if pepper == _DEMO_PEPPER or len(pepper) < 32:
                raise ValueError("BLINKPICK_PEOPLE__PEPPER must be a secret of at least 32 characters in production")
            if self.people.pin_memory_kib < PIN_MEMORY_KIB or self.people.pin_passes < PIN_PASSES:
                raise ValueError(
                    "BLINKPICK_PEOPLE__PIN_MEMORY_KIB and _PIN_PASSES must be at least"
                    f" {PIN_MEMORY_KIB} and {PIN_PASSES} in production: six digits are guessed quickly"
                )
            if self.allowed_hosts == ["*"]:
                raise ValueError("BLINKPICK_ALLOWED_HOSTS must name this server's hosts in production")
            if self.is_demo:
                raise ValueError("BLINKPICK_IS_DEMO must be false in production: demo badges and PINs are public")
        return self

    @property
    def is_production(self) -> bool:
        return self.environment is Environment.PRODUCTION

    @property
    def is_secure(self) -> bool:
        """Whether this server ends TLS itself."""
        return self.tls or self.tls_certificate is not None
