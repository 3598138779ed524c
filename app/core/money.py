"""Money is an integer in the currency's minor unit; these functions only show it."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from app.core.words import language

# ISO 4217 exponents that are not 2.
_EXPONENTS = {
    "BIF": 0,
    "CLP": 0,
    "ISK": 0,
    "JPY": 0,
    "KRW": 0,
    "PYG": 0,
    "UGX": 0,
    "VND": 0,
    "XAF": 0,
    "XOF": 0,
    "BHD": 3,
    "IQD": 3,
    "JOD": 3,
    "KWD": 3,
    "OMR": 3,
    "TND": 3,
}
_SIGNS = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "AUD": "A$", "CAD": "C$"}


def exponent(currency: str) -> int:
    """Decimal places of a currency (ISO 4217)."""
    return _EXPONENTS.get(currency, 2)


def to_minor(amount: Decimal, currency: str) -> int:
    """A decimal amount in major units as minor units. Raises ValueError for a fraction of the minor unit."""
    minor = amount.scaleb(exponent(currency))
    if minor != minor.to_integral_value():
        raise ValueError(f"{amount} has more places than {currency} allows")
    return int(minor)


def to_major(minor: int, currency: str) -> Decimal:
    """Minor units as a decimal amount in major units."""
    return Decimal(minor).scaleb(-exponent(currency))


def show(minor: int, currency: str, locale: str, *, signed: bool = False) -> str:
    """An amount as a headline says it: ¥6.1万, ¥1.25亿, ¥7,272; in English ¥61k, ¥1.25M (experience.md, section 8)."""
    major = to_major(minor, currency)
    size = abs(major)
    if language(locale) == "zh":
        scaled = _scale(size, [(Decimal(10) ** 8, "亿", 2), (Decimal(10) ** 4, "万", 1)])
    else:
        scaled = _scale(size, [(Decimal(10) ** 6, "M", 2), (Decimal(10) ** 4, "k", 0)], divisor={"k": Decimal(10) ** 3})
    sign = "−" if major < 0 else ("+" if signed and major > 0 else "")
    return f"{sign}{_SIGNS.get(currency, currency + ' ')}{scaled}"


def _scale(size: Decimal, steps: list[tuple[Decimal, str, int]], divisor: dict[str, Decimal] | None = None) -> str:
    for bound, unit, places in steps:
        if size >= bound:
            value = (size / (divisor or {}).get(unit, bound)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
            return f"{value:,}{unit}"
    return f"{size.quantize(Decimal(1), ROUND_HALF_UP):,}"
