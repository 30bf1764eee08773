"""What the banner says of the link: a network that comes and goes every second is one that is not there. Pure."""

from __future__ import annotations

from mobile.services.backend_link import LinkStatus

DOWN_AFTER_S = 4.0  # a connection made anew within that was never missed
UP_AFTER_S = 3.0  # one that holds that long is believed
_AT_ONCE = frozenset({LinkStatus.SIGNED_OUT, LinkStatus.OUTDATED})


class SteadyStatus:
    """Hear of each change; `shown` follows once the change has lasted. `due_at_s` says when to look again."""

    def __init__(self, status: LinkStatus) -> None:
        self.shown = status
        self.due_at_s: float | None = None
        self._actual = status
        self._was_up = False

    def hear(self, status: LinkStatus, now_s: float) -> None:
        was, self._actual = self._actual, status
        is_up, was_up = status is LinkStatus.ONLINE, was is LinkStatus.ONLINE
        if status in _AT_ONCE or self.shown in _AT_ONCE:
            self._show()
        elif is_up and not self._was_up:
            self._show()  # the first connection of this app: nothing has flapped yet
        elif self.shown is LinkStatus.ONLINE:
            if is_up:
                self.due_at_s = None  # back before anybody missed it
            elif was_up:
                self.due_at_s = now_s + DOWN_AFTER_S
        elif is_up:
            self.due_at_s = now_s + UP_AFTER_S
        else:
            self.due_at_s = None
            # Trying again and again is no news to a picker who has been told that there is no network.
            if not self._was_up:
                self._show()
        self._was_up = self._was_up or is_up

    def look(self, now_s: float) -> bool:
        """Whether what is shown changes now."""
        if self.due_at_s is None or now_s < self.due_at_s:
            return False
        before = self.shown
        self._show()
        if self.shown is LinkStatus.CONNECTING:
            self.shown = LinkStatus.OFFLINE
        return self.shown is not before

    def _show(self) -> None:
        self.shown, self.due_at_s = self._actual, None
