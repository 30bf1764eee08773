"""Keeta: Meituan's platform abroad, through its standard API; messages and requests signed with sorted parameters."""
