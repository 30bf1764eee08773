"""One file per screen: reads state, asks state to act."""
