"""Our own channel: shops and platforms that post orders to us in our own words."""
