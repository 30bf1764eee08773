"""What a supervisor sets up in the store from the phone: bindings, gateways, channels, prices to come, quiet hours."""

from __future__ import annotations

from mobile.services.backend_api import BackendApi
from mobile.services.bindings_api import BindingsApi
from mobile.services.channels_api import ChannelsApi
from mobile.services.files import Files
from mobile.services.gateways_api import GatewaysApi
from mobile.services.light_rules_api import LightRulesApi
from mobile.services.price_plans_api import PricePlansApi
from mobile.state.bindings_state import BindingsState
from mobile.state.channel_state import ChannelState
from mobile.state.channels_state import ChannelsState
from mobile.state.gateway_state import GatewayState
from mobile.state.light_rules_state import LightRulesState
from mobile.state.price_plans_state import PricePlansState
from mobile.state.shift_state import ShiftState
from shared.clock import Clock


class SetupState:
    """The parts, each watched by its own screens."""

    def __init__(self, api: BackendApi, files: Files, clock: Clock, shift: ShiftState) -> None:
        self.bindings = BindingsState(BindingsApi(api), files, shift)
        self.gateway = GatewayState(GatewaysApi(api), shift)
        channels_api = ChannelsApi(api)
        self.channels = ChannelsState(channels_api, shift)
        self.channel = ChannelState(channels_api, shift)
        self.plans = PricePlansState(PricePlansApi(api), files, clock, shift)
        self.rules = LightRulesState(LightRulesApi(api), shift)

    def begin(self) -> None:
        """One of their screens is opened: what was said on an earlier visit is no news any more."""
        self.bindings.begin()
        self.channels.begin()
        self.plans.begin()
        self.rules.begin()
