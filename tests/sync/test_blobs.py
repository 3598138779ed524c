"""Photos arrive whole or not at all, resume where they stopped, and are seen by whoever sees what names them."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from typing import Any

import pytest

from tests.devices import Phone
from tests.sync.conftest import World

PHOTO = bytes(range(256)) * 40
NAME = hashlib.sha256(PHOTO).hexdigest()


def put(client: Any, body: bytes = PHOTO, name: str = NAME) -> Any:
    return client.put(f"/api/blobs/{name}", headers={"Upload-Length": str(len(body)), "Content-Type": "image/jpeg"})


def patch(client: Any, offset: int, part: bytes, *, name: str = NAME, damaged: bool = False) -> Any:
    digest = b64encode(hashlib.sha256(part).digest()).decode()
    headers = {
        "Upload-Offset": str(offset),
        "Content-Digest": f"sha-256=:{digest}:",
        "Content-Type": "application/offset+octet-stream",
    }
    return client.patch(f"/api/blobs/{name}", data=part[:-1] + b"?" if damaged else part, headers=headers)


def upload(client: Any, body: bytes = PHOTO) -> None:
    name = hashlib.sha256(body).hexdigest()
    put(client, body, name)
    assert patch(client, 0, body, name=name).status_code == 204


def state(phone: Phone) -> list[str]:
    phone.sync()
    return [row["state"] for row in phone.rows("blob_state").values()]


def test_an_upload_broken_off_resumes_at_its_offset(world: World) -> None:
    client, phone = world.client("ann"), world.phone("ann")
    assert put(client).headers["Upload-Offset"] == "0"
    assert patch(client, 0, PHOTO[:7000]).headers["Upload-Offset"] == "7000"
    assert client.head(f"/api/blobs/{NAME}").headers["Upload-Offset"] == "7000"
    assert put(client).headers["Upload-Offset"] == "7000"
    assert state(phone) == ["uploading"]
    wrong = patch(client, 5000, PHOTO[5000:])
    assert (wrong.status_code, wrong.headers["Upload-Offset"]) == (409, "7000")
    assert patch(client, 7000, PHOTO[7000:]).status_code == 204
    assert state(phone) == ["stored"]
    assert client.get(f"/api/blobs/{NAME}").data == PHOTO


def test_announcing_fewer_bytes_than_arrived_finishes_nothing(world: World) -> None:
    client, phone = world.client("ann"), world.phone("ann")
    put(client)
    patch(client, 0, PHOTO[:7000])
    shorter = put(client, PHOTO[:7000])
    assert (shorter.status_code, shorter.headers["Upload-Offset"]) == (201, "0")
    assert state(phone) == ["uploading"]
    upload(client)
    assert state(phone) == ["stored"]


def test_bytes_damaged_on_the_way_are_refused_and_the_part_sent_again(world: World) -> None:
    client = world.client("ann")
    put(client)
    damaged = patch(client, 0, PHOTO, damaged=True)
    assert (damaged.status_code, damaged.json["code"]) == (400, "digest_mismatch")
    assert patch(client, 0, PHOTO).status_code == 204


def test_bytes_that_do_not_hash_to_their_name_are_never_stored(world: World) -> None:
    client, phone = world.client("ann"), world.phone("ann")
    other = PHOTO[::-1]
    put(client)
    assert patch(client, 0, other).json["code"] == "hash_mismatch"
    assert client.head(f"/api/blobs/{NAME}").headers["Upload-Offset"] == "0"
    assert state(phone) == ["uploading"]
    assert client.get(f"/api/blobs/{NAME}").status_code == 404


def test_what_another_has_uploaded_shows_neither_in_head_nor_in_patch(world: World) -> None:
    upload(world.client("ann"))
    ben = world.client("ben")
    assert ben.head(f"/api/blobs/{NAME}").status_code == 404
    assert patch(ben, 0, PHOTO).status_code == 404
    assert put(ben).headers["Upload-Offset"] == "0"


def test_whoever_sees_the_row_that_names_a_photo_sees_the_photo(world: World) -> None:
    ann = world.phone("ann")
    ann.save("notes.add_folder", {"id": "f1", "name": "One"})
    ann.save("notes.write_note", {"id": "n1", "folder_id": "f1", "title": "With photo", "photos": [NAME]})
    ann.sync()
    assert world.client("boss").get(f"/api/blobs/{NAME}").status_code == 404  # named, not there yet
    upload(world.client("ann"))
    assert world.client("boss").get(f"/api/blobs/{NAME}").data == PHOTO  # above ann
    assert world.client("ben").get(f"/api/blobs/{NAME}").status_code == 404
    ann.save("notes.share_folder", {"id": "f1", "to": world.id("ben")})
    ann.sync()
    assert world.client("ben").get(f"/api/blobs/{NAME}").data == PHOTO
    ann.save("notes.unshare_folder", {"id": "f1", "to": world.id("ben")})
    ann.sync()
    assert world.client("ben").get(f"/api/blobs/{NAME}").status_code == 404


def test_naming_a_hash_that_one_cannot_see_opens_nothing(world: World) -> None:
    upload(world.client("ann"))
    ben = world.phone("ben")
    ben.save("notes.add_folder", {"id": "f2", "name": "Two"})
    ben.save("notes.write_note", {"id": "n2", "folder_id": "f2", "title": "Guess", "photos": [NAME]})
    ben.sync()
    assert world.client("ben").get(f"/api/blobs/{NAME}").status_code == 404
    upload(world.client("ben"))
    assert world.client("ben").get(f"/api/blobs/{NAME}").status_code == 200


@pytest.mark.parametrize("name", ["..", "A" * 64, "f" * 63, "0" * 63 + "\n"])
def test_a_name_that_is_no_hash_is_not_found(world: World, name: str) -> None:
    assert put(world.client("ann"), name=name).status_code == 404


def test_a_photo_over_the_limit_is_refused(world: World) -> None:
    answer = world.client("ann").put(f"/api/blobs/{NAME}", headers={"Upload-Length": str(33 * 1024 * 1024)})
    assert answer.status_code == 413
