"""Builds the application: settings -> ports -> rooms -> routes. `python -m backend.main --help` lists the commands."""
