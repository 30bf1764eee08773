"""Bluetooth Electronic Shelf Labels: the open label service, behind an access point's serial shell."""
