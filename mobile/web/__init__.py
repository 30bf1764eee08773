"""What only the browser needs: its network, its storage, its keys and the bundle that brings Python to it."""
