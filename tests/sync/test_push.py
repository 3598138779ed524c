"""What a phone sends is taken exactly once, in order, and answered truthfully."""

from __future__ import annotations

from collections.abc import Callable

from tests.devices import Phone

PhoneOf = Callable[[str], Phone]


def test_a_mutation_comes_back_as_a_row(phone_of: PhoneOf) -> None:
    phone = phone_of("ann")
    mid = phone.save("notes.add_folder", {"id": "f1", "name": "One"})
    phone.save("notes.write_note", {"id": "n1", "folder_id": "f1", "title": "Hello"}, deps=[mid])
    phone.sync()
    assert [result["status"] for result in phone.results.values()] == ["applied", "applied"]
    assert phone.rows("note")["n1"]["title"] == "Hello"
    assert phone.outbox == []
