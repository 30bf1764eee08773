"""Plays Keeta: messages within messages, signed; orders confirmed within five minutes, refunded, prepared."""
