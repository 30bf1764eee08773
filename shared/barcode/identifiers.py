"""The application identifiers of GS1: how long the value of each is, of which characters, and what is checked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import product

from shared.barcode.contents import CONTENTS, Check

# GS1 GS figure 7.8.5-2: identifiers that begin so need no separator after their value, which always has one length.
_FIXED_PREFIXES = {"00", "01", "02", "03", "04", "20", "31", "32", "33", "34", "35", "36", "41"} | {
    str(number) for number in range(11, 20)
}
_CHARACTERS = {
    "N": "[0-9]",
    "X": r"[!\"%&'()*+,\-./0-9:;<=>?A-Z_a-z]",  # GS1 GS figure 7.11-1, 82 characters
    "Y": r"[#\-/0-9A-Z]",  # figure 7.11-2, 39 characters
    "Z": r"[\-0-9A-Z_a-z=]",  # figure 7.11-3, base 64 for addresses
}
_COMPONENT = re.compile(r"(\[?)([NXYZ])(\.\.)?(\d+)((?:,\w+)*)\]?")

# GS1 GS section 3.2: identifiers (n: any digit, a-b: from a to b), then the parts of the value: type, length or ..most,
# what is checked; [...] may be left out.
_TABLE = """
00        N18,check
01 02 03  N14,check
10        X..20
11-13     N6,day_or_month
15-17     N6,day_or_month
20        N2
21 22     X..20
235       X..28
240 241   X..30
242       N..6
243       X..20
250 251   X..30
253       N13,check [X..17]
254       X..20
255       N13,check [N..12]
30        N..8
3100-3105 3110-3115 3120-3125 3130-3135 3140-3145 3150-3155 3160-3165  N6
3200-3205 3210-3215 3220-3225 3230-3235 3240-3245 3250-3255 3260-3265 3270-3275 3280-3285 3290-3295  N6
3300-3305 3310-3315 3320-3325 3330-3335 3340-3345 3350-3355 3360-3365 3370-3375  N6
3400-3405 3410-3415 3420-3425 3430-3435 3440-3445 3450-3455 3460-3465 3470-3475 3480-3485 3490-3495  N6
3500-3505 3510-3515 3520-3525 3530-3535 3540-3545 3550-3555 3560-3565 3570-3575  N6
3600-3605 3610-3615 3620-3625 3630-3635 3640-3645 3650-3655 3660-3665 3670-3675 3680-3685 3690-3695  N6
37        N..8
390n 392n N..15
391n 393n N3 N..15
3940-3943 N4
3950-3955 N6
400 403   X..30
401       X..30,company
402       N17,check
410-417   N13,check
420       X..20
421       N3 X..9
422 424 426  N3
423 425   N3 [N3] [N3] [N3] [N3]
427       X..3
4300 4301 4310 4311 4320  X..35,percent
4302-4306 4312-4316  X..70,percent
4307 4317 X2,letters
4308 4319 X..30
4309      N10,latitude N10,longitude
4318      X..20
4321-4323 N1,yes_or_no
4324 4325 N6,day_or_month N4,clock_or_any
4326      N6,day
4330-4333 N6 [X1,minus]
7001      N13
7002      X..30
7003      N6,day N4,clock
7004      N..4
7005      X..12
7006      N6,day
7007      N6,day [N6,day]
7008      X..3
7009      X..10
7010      X..2
7011      N6,day [N4,clock]
7020-7022 X..20
7023      X..30,company
703n      N3 X..27
7040      N1 X1 X1 X1,importer
7041      X..4
710-717   X..20
723n      X2 X..28
7240      X..20
7241      N2,medium
7242      X..25
7250      N8,long_day
7251      N8,long_day N4,clock
7252      N1,sex
7253 7254 X..40,percent
7255      X..10
7256      X..90,percent
7257      X..70,percent
7258      X3,place_of
7259      X..40,percent
8001      N4,not_zero N5,not_zero N3,not_zero N1,winding N1
8002      X..20
8003      N1,zero N13,check [X..16]
8004      X..30,company
8005      N6
8006 8026 N14,check N4,piece
8007      X..34,iban
8008      N6,day N2,hour [N2,minute] [N2,minute]
8009      X..50
8010      Y..30,company
8011      N..12,no_leading_zero
8012      X..20
8013      X..25,check_pair
8014      X..25,check_pair
8017 8018 N18,check
8019      N..10
8020      X..25
8030      Z..90
8040 8041 N15
8042      N32
8043      N18 [N..2]
8110 8112 X..70
8111      N4
8200      X..70
90        X..30
91-99     X..90
"""


@dataclass(frozen=True)
class Identifier:
    """One application identifier. `fixed_length` counts the value's characters; None where a separator ends it."""

    number: str
    parts: re.Pattern[str]
    checks: tuple[tuple[Check, ...], ...]
    fixed_length: int | None

    def complaint(self, value: str) -> str:
        """Why `value` cannot stand behind this identifier; empty when it can."""
        match = self.parts.fullmatch(value)
        if match is None:
            return f"({self.number}) cannot be {value or 'empty'}"
        for part, checks in zip(match.groups(), self.checks, strict=True):
            for check in checks:
                if part is not None and not check(part):
                    return f"({self.number}) cannot be {value}: {check.__name__.replace('_', ' ')} is wrong"
        return ""


@cache
def identifiers() -> dict[str, Identifier]:
    """All of them by number; worked out at the first scan that needs one."""
    known: dict[str, Identifier] = {}
    for line in _TABLE.strip().splitlines():
        numbers, _, parts = re.split(r"\s+(?=(\[?[NXYZ]))", line, maxsplit=1)
        for number in _numbers(numbers):
            known[number] = _identifier(number, parts)
    return known


def identifier_at(text: str, start: int = 0) -> Identifier | None:
    """The identifier that `text` begins with at `start`; no identifier is the beginning of another."""
    known = identifiers()
    return next((known[number] for size in (2, 3, 4) if (number := text[start : start + size]) in known), None)


def _numbers(text: str) -> list[str]:
    found: list[str] = []
    for word in text.split():
        if "-" in word:
            first, last = word.split("-")
            found += [str(number).zfill(len(first)) for number in range(int(first), int(last) + 1)]
        else:
            choices = ["0123456789" if sign == "n" else sign for sign in word]
            found += ["".join(each) for each in product(*choices)]
    return found


def _identifier(number: str, parts: str) -> Identifier:
    pattern, checks, length = "", [], 0
    for bracket, kind, up_to, size, named in _COMPONENT.findall(parts):
        part = f"({_CHARACTERS[kind]}{{{'1,' if up_to else ''}{size}}})"
        pattern += f"(?:{part})?" if bracket else part
        checks.append(tuple(CONTENTS[name] for name in named.split(",") if name))
        length += int(size)
    is_fixed = number[:2] in _FIXED_PREFIXES
    return Identifier(number, re.compile(pattern), tuple(checks), length if is_fixed else None)
