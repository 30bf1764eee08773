"""DoorDash Marketplace: orders come whole with an agreed token, and are confirmed, adjusted item by item, and ready."""
