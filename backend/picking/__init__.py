"""Waves, trolleys, totes, pick lists and picks: who walks where for which order."""
