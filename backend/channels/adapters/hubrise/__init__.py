"""HubRise: middleware between ordering platforms, shops and tills; one adapter for all that is connected to it."""
