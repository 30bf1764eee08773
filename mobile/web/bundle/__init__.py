"""Builds the folder a browser starts the phone from: `python -m mobile.web.bundle --out build/pwa`."""
