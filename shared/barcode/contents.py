"""What must be right inside a value of GS1: check digits, days, hours, counts. Each takes a part of the value."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable

from shared.barcode.digits import is_checked

Check = Callable[[str], bool]

_LEAP_CENTURY = 2000  # every fourth year is a leap year there, and 2000 too: as in the two digits of a year
_CHECK_CHARACTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # GS1 GS 7.9.5
_VALUES = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
_CHECK_MODULUS = 1021
_LATITUDE_MAX = 1_800_000_000  # ten millionths of a degree from the south pole
_LONGITUDE_MAX = 3_600_000_000
_CLOCK_ANY = "9999"


def check_digit(part: str) -> bool:
    return is_checked(part)


def date(part: str) -> bool:
    """YYMMDD, a real day."""
    return _is_day(_LEAP_CENTURY + int(part[:2]), int(part[2:4]), int(part[4:]))


def date_or_month(part: str) -> bool:
    """YYMMDD where day 00 means the whole month (GS1 GS 3.4.2)."""
    return 1 <= int(part[2:4]) <= 12 if part.endswith("00") else date(part)


def long_date(part: str) -> bool:
    """YYYYMMDD."""
    return _is_day(int(part[:4]), int(part[4:6]), int(part[6:]))


def hour(part: str) -> bool:
    return int(part) <= 23


def minute(part: str) -> bool:
    return int(part) <= 59


def time(part: str) -> bool:
    """HHMM."""
    return hour(part[:2]) and minute(part[2:])


def time_or_none(part: str) -> bool:
    """HHMM, or 9999 where no time is meant (GS1 GS 3.8.18)."""
    return part == _CLOCK_ANY or time(part)


def piece_of_total(part: str) -> bool:
    """Piece 02 of 05."""
    piece, total = int(part[: len(part) // 2]), int(part[len(part) // 2 :])
    return 1 <= piece <= total


def not_zero(part: str) -> bool:
    return bool(part.strip("0"))


def zero(part: str) -> bool:
    return not not_zero(part)


def no_leading_zero(part: str) -> bool:
    return not part.startswith("0") or part == "0"


def yes_or_no(part: str) -> bool:
    return part in ("0", "1")


def sex(part: str) -> bool:
    """ISO/IEC 5218."""
    return part in ("0", "1", "2", "9")


def winding(part: str) -> bool:
    return part in ("0", "1", "9")


def minus(part: str) -> bool:
    return part == "-"


def letters(part: str) -> bool:
    """The two letters of a country."""
    return part.isalpha() and part.isupper()


def latitude(part: str) -> bool:
    return int(part) <= _LATITUDE_MAX


def longitude(part: str) -> bool:
    return int(part) <= _LONGITUDE_MAX


def company(part: str) -> bool:
    """Begins with a GS1 company prefix: at least four digits."""
    return len(part) >= 4 and part[:4].isdigit()


def percent_encoding(part: str) -> bool:
    return re.search(r"%(?![0-9A-Fa-f]{2})", part) is None


def importer(part: str) -> bool:
    return re.fullmatch(r"[-0-9A-Z_a-z]", part) is not None


def medium(part: str) -> bool:
    """ICCBBA: 01 to 10, and 80 to 99 for national use."""
    return 1 <= int(part) <= 10 or int(part) >= 80


def place_of_total(part: str) -> bool:
    """The first of three children: 1/3."""
    return re.fullmatch(r"[1-9]/[1-9]", part) is not None and part[0] <= part[2]


def iban(part: str) -> bool:
    """ISO 13616: the first four characters go to the end, letters count from 10; the rest by 97 is 1."""
    if re.fullmatch(r"[A-Z]{2}[0-9]{2}[0-9A-Z]+", part) is None:
        return False
    return int("".join(str(int(sign, 36)) for sign in part[4:] + part[:4])) % 97 == 1


def check_characters(part: str) -> bool:
    """The pair of check characters of a model number (GS1 GS 7.9.5): weighted with primes from the right."""
    if len(part) < 3:
        return False
    total = sum(_VALUES.index(sign) * prime for sign, prime in zip(reversed(part[:-2]), _PRIMES, strict=False))
    total %= _CHECK_MODULUS
    return part[-2:] == _CHECK_CHARACTERS[total >> 5] + _CHECK_CHARACTERS[total & 31]


def _is_day(year: int, month: int, day: int) -> bool:
    return year > 0 and 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]


_PRIMES = [number for number in range(2, 98) if all(number % divisor for divisor in range(2, number))]

CONTENTS: dict[str, Check] = {
    "check": check_digit,
    "day": date,
    "day_or_month": date_or_month,
    "long_day": long_date,
    "hour": hour,
    "minute": minute,
    "clock": time,
    "clock_or_any": time_or_none,
    "piece": piece_of_total,
    "not_zero": not_zero,
    "zero": zero,
    "no_leading_zero": no_leading_zero,
    "yes_or_no": yes_or_no,
    "sex": sex,
    "winding": winding,
    "minus": minus,
    "letters": letters,
    "latitude": latitude,
    "longitude": longitude,
    "company": company,
    "percent": percent_encoding,
    "importer": importer,
    "medium": medium,
    "place_of": place_of_total,
    "iban": iban,
    "check_pair": check_characters,
}
