"""How one sub-aisle may be walked. Numbers, not an enumeration: the compiled sweep counts with them.

numba keeps what it compiled until `kernel.py` changes: whoever changes a number here saves that file too.
"""

from __future__ import annotations

FORBIDDEN_MM = 10**12  # more than any walk; sums of two stay far inside 64 bits

# With both ends of the walk elsewhere, or both in here: `U` and `V` are the sub-aisle's first and last node.
NONE, ONCE, TWICE, FROM_U, FROM_V, GAP = range(6)
# With one end of the walk in here: from U to it once, beyond it to the last stop and back, and so on.
U_ONLY, V_ONLY, U_THROUGH, V_THROUGH, U_GAP, V_GAP = range(6)

IDLE, BUSY, ENDING = range(3)  # a sub-aisle without stops, with stops, with stops and one end of the walk

# What a move says besides the state it comes from: the option, and which of the two ends it leaves untouched.
UNTOUCHED_U, UNTOUCHED_V = 1, 2
UNTOUCHED_PATTERNS = 4
CODES = UNTOUCHED_PATTERNS * 6

STATE_BITS = 16
STATES = 1 << STATE_BITS  # more than any table has
