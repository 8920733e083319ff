"""Pictures of people and organisations: hostile uploads, who may see and change them, and what is left in the store."""

from __future__ import annotations

import io
import struct
import zlib
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin
from sqlalchemy import update
from sqlmodel import Session, col

from coexai_app import db, settings
from coexai_app.access import Actor
from coexai_app.errors import Forbidden, InvalidInput, NotFound, TooLarge
from coexai_app.extract import picture
from coexai_app.extract.picture import MAX_BYTES, Picture
from coexai_app.integrations.storage import store
from coexai_app.models import Organization, User
from coexai_app.services import account_deletion, organizations, pictures
from tests.people import People, do


def drawn(kind: str = "PNG", size: tuple[int, int] = (300, 200), **options: object) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", size, (200, 80, 40)).save(made, kind, **options)
    return made.getvalue()


def png_of_size(width: int, height: int) -> bytes:
    """A PNG that says it has this size, and packs all of it into very little."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    packer = zlib.compressobj(9)
    row = b"\0" * (width + 1)
    body = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
        + chunk(b"IDAT", body)
        + chunk(b"IEND", b"")
    )


def stored() -> list[Path]:
    folder = settings.get().data_dir / "files"
    return [path for path in folder.rglob("*") if path.is_file()] if folder.exists() else []


class TestMade:
    @pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
    def test_a_square_webp_of_256_pixels(self, kind: str) -> None:
        with Image.open(io.BytesIO(picture.make(drawn(kind)).webp)) as made:
            assert (made.format, made.size) == ("WEBP", (256, 256))

    def test_a_logo_keeps_all_of_it(self) -> None:
        with Image.open(io.BytesIO(picture.make(drawn(size=(400, 100)), whole=True).webp)) as made:
            assert made.mode == "RGBA"
            assert made.getpixel((128, 5))[3] == 0  # type: ignore[index]
            assert made.getpixel((128, 128))[3] == 255  # type: ignore[index]

    @pytest.mark.asvs("V14.2.8")
    def test_it_is_turned_upright_and_carries_nothing_else(self) -> None:
        exif = Image.Exif()
        exif[0x0112], exif[0x010E] = 6, "canary-place"
        two = Image.new("RGB", (200, 100), (255, 0, 0))
        two.paste((0, 0, 255), (100, 0, 200, 100))
        made = io.BytesIO()
        two.save(made, "JPEG", exif=exif, quality=95)
        webp = picture.make(made.getvalue()).webp
        assert b"canary" not in webp
        assert b"EXIF" not in webp
        with Image.open(io.BytesIO(webp)) as upright:
            assert upright.convert("RGB").getpixel((128, 10))[0] > 200  # type: ignore[index]
            assert upright.convert("RGB").getpixel((128, 245))[2] > 200  # type: ignore[index]


class TestHostile:
    @pytest.mark.asvs("V5.2.6")
    def test_a_bomb_of_12_000_by_12_000(self) -> None:
        bomb = png_of_size(12_000, 12_000)
        assert len(bomb) < MAX_BYTES
        with pytest.raises(TooLarge, match="40 million pixels"):
            picture.make(bomb)

    def test_a_size_that_only_the_header_has(self) -> None:
        small = bytearray(png_of_size(10, 10))
        small[16:24] = struct.pack(">II", 100_000, 100_000)
        small[29:33] = struct.pack(">I", zlib.crc32(bytes(small[12:29])))
        with pytest.raises((TooLarge, InvalidInput)):
            picture.make(bytes(small))

    def test_a_page_behind_the_picture_is_gone(self) -> None:
        evil = b"<script>alert('canary')</script><?php system($_GET['x']); ?>"
        info = PngImagePlugin.PngInfo()
        info.add_text("Comment", evil.decode())
        for data in (drawn() + evil, drawn("JPEG", comment=evil) + evil, drawn(pnginfo=info)):
            webp = picture.make(data).webp
            assert b"canary" not in webp
            assert b"<script" not in webp

    @pytest.mark.parametrize(
        "data",
        [
            b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
            b"<!doctype html><html><body>hello</body></html>",
            b"%PDF-1.7\n%",
            b"",
            b"\x89PNG\r\n\x1a\n",
            b"GIF89a" + b"\0" * 40,
            b"PK\x03\x04" + b"\0" * 40,
        ],
        ids=["svg", "html", "pdf", "empty", "png-head", "gif", "zip"],
    )
    def test_what_is_no_picture_of_the_three_kinds(self, data: bytes) -> None:
        with pytest.raises(InvalidInput, match="PNG, JPEG or WebP") as caught:
            picture.make(data, name="me.png")
        assert caught.value.field == "file"

    def test_a_gif_and_a_tiff_by_another_name(self) -> None:
        for kind in ("GIF", "TIFF", "BMP", "ICO"):
            with pytest.raises(InvalidInput, match="PNG, JPEG or WebP"):
                picture.make(drawn(kind, (64, 64)), name="me.jpg")

    def test_a_wrong_extension_does_not_matter(self) -> None:
        assert picture.make(drawn("WEBP"), name="me.exe").webp[8:12] == b"WEBP"

    @pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
    def test_a_picture_that_breaks_off(self, kind: str) -> None:
        noise = io.BytesIO()
        Image.effect_noise((300, 300), 80).convert("RGB").save(noise, kind)
        with pytest.raises(InvalidInput, match=r"damaged|cannot be read|not a picture"):
            picture.make(noise.getvalue()[: len(noise.getvalue()) // 2])

    def test_two_megabytes_are_the_most(self) -> None:
        with pytest.raises(TooLarge, match="2 MB"):
            picture.make(drawn() + b"\0" * MAX_BYTES)


@pytest.fixture(scope="module")
def made() -> Picture:
    return picture.make(drawn())


class TestWho:
    def test_the_team_sees_it_and_nobody_else(self, people: People, made: Picture) -> None:
        do(pictures.set_avatar, people.bob, picture=made)
        for reader in (people.alice, people.vera, people.bob):
            assert store().get(do(pictures.avatar, reader, user_id=people.bob.user_id)) == made.webp
        with pytest.raises(NotFound):
            do(pictures.avatar, people.mallory, user_id=people.bob.user_id)

    def test_nobody_has_one_at_first(self, people: People) -> None:
        for call, options in ((pictures.avatar, {"user_id": people.alice.user_id}), (pictures.logo, {})):
            with pytest.raises(NotFound):
                do(call, people.alice, **options)  # type: ignore[arg-type]

    @pytest.mark.parametrize("name", ["bob", "vera"])
    def test_a_logo_is_for_admins(self, people: People, made: Picture, session: Session, name: str) -> None:
        person: Actor = getattr(people, name)
        for call, options in ((pictures.set_logo, {"picture": made}), (pictures.remove_logo, {})):
            with pytest.raises(Forbidden):
                do(call, person, **options)  # type: ignore[arg-type]
        assert session.get_one(Organization, people.alice.organization_id).logo == ""

    def test_the_logo_of_each_organisation_is_its_own(self, people: People, made: Picture) -> None:
        do(pictures.set_logo, people.adam, picture=made)
        assert store().get(do(pictures.logo, people.vera)) == made.webp
        with pytest.raises(NotFound):
            do(pictures.logo, people.mallory)

    def test_no_key_and_no_staff_changes_a_persons_picture(self, people: People, made: Picture) -> None:
        from dataclasses import replace

        for actor in (replace(people.bob, session_id=None), replace(people.bob, staff_id=people.sid.user_id)):
            with pytest.raises(Forbidden):
                do(pictures.set_avatar, actor, picture=made)


class TestStore:
    def test_a_new_one_takes_the_place_of_the_old(self, people: People, made: Picture) -> None:
        do(pictures.set_avatar, people.bob, picture=made)
        first = do(pictures.avatar, people.bob, user_id=people.bob.user_id)
        do(pictures.set_avatar, people.bob, picture=made)
        assert do(pictures.avatar, people.bob, user_id=people.bob.user_id) != first
        assert len(stored()) == 1
        do(pictures.remove_avatar, people.bob)
        do(pictures.remove_avatar, people.bob)
        assert stored() == []

    def test_an_emptied_account_leaves_no_picture(self, people: People, made: Picture, session: Session) -> None:
        do(pictures.set_avatar, people.bob, picture=made)
        do(account_deletion.delete_account, people.bob, typed="bob@own.example.org")
        with db.transaction() as opened:
            long_ago = db.now(opened) - timedelta(days=31)
            gone = col(User.id) == people.bob.user_id
            opened.execute(update(User).where(gone).values(deleted_at=long_ago, disabled_at=long_ago))
        with db.transaction() as opened:
            account_deletion.purge(opened)
        row = session.get_one(User, people.bob.user_id)
        assert (row.avatar, row.name) == ("", "Deleted person")
        assert stored() == []

    def test_an_organisation_removed_for_good_leaves_no_logo(self, people: People, made: Picture) -> None:
        do(pictures.set_logo, people.alice, picture=made)
        do(organizations.delete, people.alice, name="Larkfield Studio")
        with db.transaction() as opened:
            mine = col(Organization.id) == people.alice.organization_id
            opened.execute(update(Organization).where(mine).values(deleted_at=db.utcnow(-31 * 86_400.0)))
        with db.transaction() as opened:
            organizations.purge(opened)
        assert stored() == []
