"""Plays DoorDash: pushes orders with the agreed token, hears calls, and confirms adjustments a while later."""
