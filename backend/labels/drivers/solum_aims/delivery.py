"""Tells from AIMS's status lists what became of each command. Pure.

A line says label, status and when it was last updated. A command counts only by a line whose time was not there when
it was sent, so the list is read before as well; a line that stays as it was is of the command before.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from backend.labels.drivers.solum_aims.protocol import LabelStatus


@dataclass(frozen=True, slots=True)
class Verdict:
    """`is_delivered` False: AIMS gave up on the label, for `reason`."""

    label: str
    token: str
    is_delivered: bool
    reason: str = ""


@dataclass
class DeliveryTracker:
    """The commands under way of one kind (LED or picture): at most one a label."""

    under_way: dict[str, str] = field(default_factory=dict)
    _sent_s: dict[str, float] = field(default_factory=dict)
    _asked_s: dict[str, float] = field(default_factory=dict)
    _known: dict[str, str] = field(default_factory=dict)

    def sending(self, label: str, token: str, now_s: float) -> str | None:
        """About to hand over a command; gives the token of the one it takes the place of."""
        replaced = self.under_way.get(label)
        self.under_way[label], self._sent_s[label] = token, now_s
        return replaced

    def not_sent(self, label: str, token: str) -> None:
        if self.under_way.get(label) == token:
            self._forget(label)

    def read_before(self, statuses: Iterable[LabelStatus]) -> None:
        """What the list said before a command was sent."""
        for each in statuses:
            self._known[each.label] = each.updated

    def heard(self, statuses: Iterable[LabelStatus]) -> Sequence[Verdict]:
        verdicts = []
        for each in statuses:
            token = self.under_way.get(each.label)
            if token is None or each.updated == self._known.get(each.label):
                continue
            if each.is_success or each.is_failure:
                self._known[each.label] = each.updated
                self._forget(each.label)
                verdicts.append(Verdict(each.label, token, each.is_success, f"AIMS says {each.status}"))
        return verdicts

    def lost(self, now_s: float, after_s: float) -> Sequence[Verdict]:
        """Commands nobody has heard of for too long."""
        late = [label for label, sent_s in self._sent_s.items() if now_s - sent_s >= after_s]
        verdicts = [
            Verdict(label, self.under_way[label], False, "AIMS does not say what became of it") for label in late
        ]
        for label in late:
            self._forget(label)
        return verdicts

    def overdue(self, now_s: float, after_s: float, most: int) -> Sequence[str]:
        """Labels to ask after by name: what the newest lines do not say of them is long in coming. Each again later."""
        waits = {label: self._asked_s.get(label, sent_s) for label, sent_s in self._sent_s.items()}
        late = sorted((since_s, label) for label, since_s in waits.items() if now_s - since_s >= after_s)[:most]
        for _, label in late:
            self._asked_s[label] = now_s
        return [label for _, label in late]

    def _forget(self, label: str) -> None:
        del self.under_way[label]
        del self._sent_s[label]
        self._asked_s.pop(label, None)
