"""What happened to orders and receipts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class OrderPlaced:
    """An order counts for a person."""

    order_id: str
    customer_id: str
    person_id: str


@dataclass(frozen=True)
class ReceiptReported:
    """A rep says that a customer paid; finance has not seen it yet."""

    receipt_id: str
    customer_id: str
    person_id: str
    amount: int
    currency: str


@dataclass(frozen=True)
class ReceiptConfirmed:
    """Finance saw the money."""

    receipt_id: str
    customer_id: str
    person_id: str
    amount: int
    currency: str


@dataclass(frozen=True)
class ReceiptRefused:
    """Finance did not find the money; the receipt no longer counts."""

    receipt_id: str
    customer_id: str
    person_id: str
    reason: str
