"""Where a channel wants its events sent: set, rotated, switched off. Commands run inside a transaction.

Secrets are made here and shown once. While one is replaced both are valid for a day, and every message is signed with
both, as Standard Webhooks have it.
"""

from __future__ import annotations

import base64
import secrets
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from backend.channels import repository, webhook_rows
from backend.channels.commands import DisableWebhook, RemoveWebhook, RotateWebhookSecret, SetWebhook
from backend.channels.errors import ChannelNotFound, WebhookUnknown, WebhookUrlRefused
from backend.channels.models import ChannelWebhookRow, WebhookForm
from backend.core.writer import Transaction

SECRET_BYTES = 32
BOTH_VALID = timedelta(hours=24)
URL_MAX_CHARACTERS = 500


class WebhooksOut:
    """The room's commands about outgoing webhooks."""

    def set(self, command: SetWebhook, tx: Transaction) -> str:
        """Send a channel's events to this address from now on; returns a new secret. Raises ChannelNotFound,
        WebhookUrlRefused.
        """
        channel = repository.get_channel(tx.session, command.channel_id)
        if channel is None or channel.store_id != command.store_id:
            raise ChannelNotFound("no such channel in this store", channel_id=command.channel_id)
        require_public_form(command.url)
        secret = _new_secret()
        row = webhook_rows.get(tx.session, command.store_id, command.channel_id) or ChannelWebhookRow(
            channel_id=command.channel_id, store_id=command.store_id, url="", created_at=tx.now()
        )
        row.url, row.form, row.is_enabled, row.disabled_reason = command.url, WebhookForm(command.form).value, True, ""
        row.secrets = [{"secret": secret, "until": None}]
        tx.session.add(row)
        tx.session.flush()
        webhook_rows.mark_channel(tx.connection, command.channel_id, has_webhook=True)
        return secret

    def rotate(self, command: RotateWebhookSecret, tx: Transaction) -> str:
        """A new secret; the last one is valid for a day more, any before it no longer. Raises WebhookUnknown."""
        row = self._require(command.store_id, command.channel_id, tx)
        secret, until = _new_secret(), (tx.now() + BOTH_VALID).isoformat()
        last: list[dict[str, Any]] = [{**row.secrets[0], "until": until}] if row.secrets else []
        row.secrets = [{"secret": secret, "until": None}, *last]
        tx.session.add(row)
        return secret

    def remove(self, command: RemoveWebhook, tx: Transaction) -> None:
        """Send nothing any more. Raises WebhookUnknown."""
        tx.session.delete(self._require(command.store_id, command.channel_id, tx))
        tx.session.flush()
        webhook_rows.mark_channel(tx.connection, command.channel_id, has_webhook=False)

    def disable(self, command: DisableWebhook, tx: Transaction) -> None:
        """The other side answered that it is gone; a supervisor sets it anew."""
        row = webhook_rows.get(tx.session, command.store_id, command.channel_id)
        if row is not None:
            row.is_enabled, row.disabled_reason = False, command.reason
            tx.session.add(row)
            webhook_rows.mark_channel(tx.connection, command.channel_id, has_webhook=False)

    def _require(self, store_id: str, channel_id: str, tx: Transaction) -> ChannelWebhookRow:
        row = webhook_rows.get(tx.session, store_id, channel_id)
        if row is None:
            raise WebhookUnknown("this channel's events are sent nowhere", channel_id=channel_id)
        return row


def valid_secrets(row: ChannelWebhookRow, now: datetime) -> list[str]:
    """The newest first, and the one before it while it is still good."""
    return [
        str(each["secret"])
        for each in row.secrets
        if each["until"] is None or datetime.fromisoformat(str(each["until"])) > now
    ]


def require_public_form(url: str) -> None:
    """https, a host, no name and password in it. Where the host leads is looked at with every call. Raises
    WebhookUrlRefused.
    """
    try:
        parts = urlsplit(url)
        is_fine = parts.scheme == "https" and bool(parts.hostname) and parts.username is None and parts.port != 0
    except ValueError:
        is_fine = False
    if not is_fine or not url.isascii() or not url.isprintable() or " " in url or len(url) > URL_MAX_CHARACTERS:
        raise WebhookUrlRefused("a webhook goes to an https address without a password in it")


def _new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
