"""The picker's phone: screens, state and the edges it needs, in the browser or on a device."""
