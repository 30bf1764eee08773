"""The backend: rooms in the order an order travels. Begin with flow.py."""
