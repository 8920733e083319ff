"""How long a recording lasts, by its headers."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from coexai_app.extract import duration
from coexai_app.extract.listen import encoded
from tests.extract.recordings import film, record, tone, wav


def at(tmp_path: Path, data: bytes, name: str = "a") -> Path:
    path = tmp_path / name
    path.write_bytes(data)
    return path


class TestKnown:
    @pytest.mark.parametrize("seconds", [0.5, 2, 61])
    def test_a_wav(self, tmp_path: Path, seconds: float) -> None:
        assert duration.of(at(tmp_path, wav(tone(seconds)))) == pytest.approx(seconds)

    @pytest.mark.parametrize("seconds", [2, 30])
    def test_an_mp3(self, tmp_path: Path, seconds: int) -> None:
        assert duration.of(at(tmp_path, encoded(tone(seconds)))) == pytest.approx(seconds, abs=0.2)

    def test_an_mp3_without_the_header_of_its_encoder(self, tmp_path: Path) -> None:
        data = encoded(tone(30))
        bare = data.replace(b"Xing", b"----").replace(b"Info", b"----")
        assert duration.of(at(tmp_path, bare)) == pytest.approx(30, rel=0.05)

    def test_an_m4a_and_a_film(self, tmp_path: Path) -> None:
        song = record(tmp_path / "song.m4a", [tone(1)] * 5, form="ipod", codec="aac")
        assert duration.of(song) == pytest.approx(5, abs=0.3)
        assert duration.of(film(tmp_path / "film.mp4", [(1.0, 3.0, "Hello.")])) is not None

    def test_it_agrees_with_the_decoder(self, tmp_path: Path) -> None:
        from coexai_app.extract.recording import probe

        for data, name in ((wav(tone(7)), "a.wav"), (encoded(tone(7)), "a.mp3")):
            path = at(tmp_path, data, name)
            assert duration.of(path) == pytest.approx(probe(b"", path=str(path)).seconds, abs=0.3)


class TestUnknown:
    @pytest.mark.parametrize("data", [b"", b"RIFF", b"# A year of counting", b"ID3", bytes(5_000), b"\xff\xfb" * 10, b"%PDF-1.7"])
    def test_what_is_none(self, tmp_path: Path, data: bytes) -> None:
        assert duration.of(at(tmp_path, data)) is None

    def test_damaged_headers_are_quick_and_never_an_error(self, tmp_path: Path) -> None:
        chance = random.Random(7)
        whole = [wav(tone(1)), encoded(tone(1)), film(tmp_path / "film.mp4", [(1.0, 3.0, "Hello.")]).read_bytes()]
        for number in range(300):
            data = bytearray(whole[number % 3])
            for _ in range(chance.randint(1, 12)):
                data[chance.randrange(min(len(data), 300))] = chance.randrange(256)
            found = duration.of(at(tmp_path, bytes(data[: chance.randint(1, len(data))])))
            assert found is None or 0 < found <= 360_000

    def test_a_wav_that_claims_more_than_it_has(self, tmp_path: Path) -> None:
        data = bytearray(wav(tone(2)))
        data[40:44] = (2**32 - 1).to_bytes(4, "little")
        assert duration.of(at(tmp_path, bytes(data))) == pytest.approx(2)
