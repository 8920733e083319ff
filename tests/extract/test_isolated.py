"""Whatever a source does to the process that reads it, the worker gets a result or a clear error, and goes on."""

import io
import json
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from coexai_app.errors import Cancelled, InvalidInput, TooLarge, Unavailable
from coexai_app.extract import Document, isolated, isolated_client, reading
from coexai_app.extract.limits import ProcessLimits

ROOT = Path(__file__).parents[2]
PROSE = "The bakery opens at seven in the morning, and the first loaves are gone by eight. "
PAGE = f"<!doctype html><html><head><title>Bread</title></head><body><h1>Bread</h1><p>{PROSE * 20}</p></body></html>".encode()
linux = pytest.mark.skipif(sys.platform != "linux", reason="what Linux adds")


def call(reader: str, data: bytes = b"", **options) -> Document:
    limits = ProcessLimits(**{"cpu_seconds": 10, "wall_seconds": 60} | options.pop("limits", {}))
    return isolated.call(f"tests.extract.hostile_readers:{reader}", data, {}, returns=Document, name="menu.pdf", limits=limits, **options)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def open_files(pid: int) -> int:
    return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())


def wait_until(met, seconds: float = 30.0) -> None:
    until = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.01)


@pytest.fixture
def pipe(tmp_path) -> Path:
    path = tmp_path / "pid"
    os.mkfifo(path)
    return path


def sleeper(pipe: Path, **options) -> tuple[threading.Thread, list[BaseException], int]:
    """A document that is being read, by a thread: the thread, where its error will be, the number of the reading process."""
    errors: list[BaseException] = []

    def work() -> None:
        try:
            call("tell_and_sleep", str(pipe).encode(), **options)
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    with pipe.open() as told:
        return thread, errors, int(told.readline())


class TestSameAsInPlace:
    @pytest.mark.parametrize(
        ("data", "options"),
        [
            (PAGE, {"name": "bread.html"}),
            (PAGE, {"url": "https://bakery.example/bread", "content_type": "text/html; charset=utf-8"}),
            (f"# Bread\n\n{PROSE}\n\n- [one](https://a.example/b)\n- two".encode(), {"name": "bread.md"}),
            (PROSE.encode(), {"name": "Brötchen “neu”.txt"}),
            ("Přílišlévý kůň".encode("cp1250") + b" " + PROSE.encode(), {"content_type": "text/plain; charset=windows-1250"}),
        ],
    )
    def test_the_document_is_the_same(self, data, options):
        assert isolated.read(data, **options) == reading.read(data, **options)

    @pytest.mark.parametrize(
        ("data", "name"),
        [(b"", "a.txt"), (b"\x89PNG\r\n\x1a\n" + bytes(64), "a.pdf"), (b"%PDF-1.7 broken", "a.pdf"), (b"PK\x03\x04 broken", "a.docx")],
    )
    def test_the_error_is_the_same(self, data, name):
        with pytest.raises(InvalidInput) as apart:
            isolated.read(data, name=name)
        with pytest.raises(InvalidInput) as here:
            reading.read(data, name=name)
        assert (type(apart.value), apart.value.message, apart.value.details) == (type(here.value), here.value.message, here.value.details)

    def test_details_and_field_cross(self):
        with pytest.raises(InvalidInput, match="This is not for reading") as caught:
            call("refuse")
        assert (caught.value.field, caught.value.details) == ("file", {"field": "file", "page": 3})

    def test_a_long_paste_with_half_a_character_is_read_as_in_place(self):
        text = "a\ud800b " + PROSE * 400
        assert len(text) > isolated.SMALL_CHARACTERS
        assert isolated.read_text(text) == reading.read_text(text)

    def test_a_file_name_of_bytes_that_are_no_characters_does_no_harm(self):
        assert isolated.read(PROSE.encode(), name="caf\udce9.txt").name == "caf?.txt"

    def test_a_short_paste_needs_no_process(self):
        before = isolated_client.server_pid()
        isolated_client.stop()
        try:
            assert isolated.read_text(PROSE).text == PROSE.strip()
            assert isolated_client.server_pid() is None
        finally:
            if before:
                isolated.warm_up()


class TestMisbehaviour:
    @pytest.mark.parametrize("reader", ["abort", "crash", "leave", "leave_with_code", "fail", "recurse", "nonsense", "hide"])
    def test_a_reader_that_breaks_is_a_permanent_error(self, reader):
        with pytest.raises(InvalidInput, match=r"menu\.pdf is damaged, or made in a way that cannot be read") as caught:
            call(reader, b"secret words")
        assert caught.value.permanent
        assert call("echo", b"next").text == "next"

    def test_what_failed_is_logged_without_a_word_of_the_source(self, caplog):
        with pytest.raises(InvalidInput):
            call("fail", b"secret words")
        assert "KeyError" in caplog.text
        assert "hostile_readers.py" in caplog.text
        assert "secret" not in caplog.text

    @pytest.mark.asvs("V15.2.2", "V5.2.1")
    @pytest.mark.parametrize("reader", ["fill_memory", "fill_memory_in_c"])
    def test_memory_ends(self, reader):
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        with pytest.raises(InvalidInput, match=r"menu\.pdf needs more memory to read than a document should"):
            call(reader, limits={"memory_bytes": 200_000_000})
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000

    @pytest.mark.asvs("V15.2.2")
    def test_processor_time_ends(self):
        with pytest.raises(TooLarge, match=r"menu\.pdf takes more than 1 seconds to read, which is the limit\. Split it"):
            call("loop", limits={"cpu_seconds": 1})

    def test_time_ends(self):
        began = time.monotonic()
        with pytest.raises(TooLarge, match=r"takes more than 0\.5 seconds"):
            call("nap", b"30", limits={"wall_seconds": 0.5})
        assert time.monotonic() - began < 20

    def test_an_answer_that_is_too_long_is_refused_on_both_sides(self):
        with pytest.raises(TooLarge, match=r"menu\.pdf holds more than 1\.0 MB when it is read"):
            call("large", b"2000000", limits={"answer_bytes": 1_000_000})
        with pytest.raises(TooLarge, match=r"menu\.pdf holds more than 1\.0 MB when it is read"):
            call("flood", limits={"answer_bytes": 1_000_000})

    def test_clutter_on_standard_output_reaches_nobody(self, capfd):
        assert call("chatter").text == "''"
        assert capfd.readouterr() == ("", "")

    @pytest.mark.asvs("V15.2.5")
    @linux
    def test_a_reader_has_no_network_no_program_no_other_process_and_no_file(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            assert call("forbidden", str(server.getsockname()[1]).encode()).text == "nothing"

    def test_a_reader_sees_no_secret_of_the_worker(self, monkeypatch):
        isolated_client.stop()
        monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
        names = call("environment").text.split()
        assert "PATH" in names
        assert not {"OPENAI_API_KEY", "DATABASE_URL", "DATA_DIR"} & set(names)


class TestHostileSources:
    """Bytes that try something; most are stopped by the readers themselves, which is the kinder error."""

    def check(self, data: bytes, name: str, **options: str) -> None:
        try:
            document = isolated.read(data, name=name, limits=ProcessLimits(cpu_seconds=10), **options)
        except InvalidInput as error:
            assert error.message
            assert "seconds to read" not in error.message
        else:
            assert document.text
        assert isolated.read(PROSE.encode()).text == PROSE.strip()

    def test_two_hundred_thousand_nested_tags(self):
        self.check(b"<html><body>" + b"<div>" * 200_000 + PROSE.encode(), "deep.html")

    def test_nested_tags_that_carry_structure(self):
        self.check(b"<html><body>" + b"<ul><li><blockquote>" * 70_000 + PROSE.encode(), "deep.html")

    def test_nested_quotes_and_lists_in_markdown(self):
        self.check(b">" * 100_000 + b" deep\n" + b"- " * 50_000 + b"deep", "deep.md")

    @pytest.mark.asvs("V1.3.12")
    @pytest.mark.parametrize(
        "bait",
        [
            b"[" * 100_000,
            b"![](" * 30_000,
            b"*a **a " * 20_000,
            b"<!--" * 30_000,
            b"&" * 100_000,
            b"`" * 50_000 + b"a" + b"`" * 50_001,
            b" \t" * 100_000 + b"x",
            b"| - " * 30_000,
        ],
    )
    def test_text_that_is_made_for_slow_patterns(self, bait):
        self.check(bait + b"\n\n" + PROSE.encode(), "bait.md")
        self.check(b"<html><body><p>" + bait + PROSE.encode(), "bait.html")

    def test_entities_that_multiply(self):
        entities = b"".join(b'<!ENTITY e%d "%s">' % (i, b"&e%d;" % (i - 1) * 10) for i in range(1, 12))
        page = b'<?xml version="1.0"?><!DOCTYPE html [<!ENTITY e0 "bread">' + entities + b"]><html><body><p>&e11;</p></body></html>"
        self.check(page, "laughs.html", content_type="application/xhtml+xml")

    @pytest.mark.parametrize("size", [40_000_000, 300_000_000])
    def test_a_word_file_that_unpacks_to_hundreds_of_megabytes(self, size):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed, packed.open("word/document.xml", "w", force_zip64=True) as part:
            for _ in range(size // 10_000_000):
                part.write(b" " * 10_000_000)
        self.check(file.getvalue(), "bomb.docx")

    def test_a_word_file_whose_directory_lies(self):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr("word/document.xml", b"<w:document>" + b" " * 30_000_000)
        data = bytearray(file.getvalue())
        at = data.rindex(b"PK\x01\x02")
        data[at + 24 : at + 28] = (1_000).to_bytes(4, "little")
        self.check(bytes(data), "lies.docx")

    @pytest.mark.parametrize("data", [b"A.\n\n" * 200_000, b"<html><body>" + b"<p>A" * 200_000, b"- A\n" * 200_000])
    def test_hundreds_of_thousands_of_paragraphs(self, data):
        self.check(data, "many")
        with pytest.raises(TooLarge, match=r"many has more than 50,000 paragraphs"):
            isolated.read(data, name="many")

    def test_tens_of_thousands_of_links(self):
        with pytest.raises(TooLarge, match=r"many has more than 50,000 links"):
            isolated.read(b"<html><body><p>" + b"<a href='https://a.b/c'>A</a><a href='https://a.b/d'>A</a>" * 30_000, name="many")


class TestStopping:
    def test_a_cancelled_job_ends_its_reading_process(self, pipe):
        cancelled = threading.Event()

        def check() -> None:
            if cancelled.is_set():
                raise Cancelled("The job was cancelled.")

        thread, errors, pid = sleeper(pipe, check=check)
        assert alive(pid)
        cancelled.set()
        thread.join(30)
        assert isinstance(errors[0], Cancelled)
        wait_until(lambda: not alive(pid))

    def test_check_is_called_in_slices_and_not_all_the_time(self):
        calls = []
        began = time.monotonic()
        call("nap", b"0.9", check=lambda: calls.append(1))
        assert 2 <= len(calls) <= (time.monotonic() - began) / 0.25

    def test_one_that_somebody_kills_is_read_once_more(self, pipe):
        thread, errors, first = sleeper(pipe)
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: not alive(first))
        with pipe.open() as told:
            second = int(told.readline())
        assert second != first
        os.kill(second, signal.SIGKILL)
        thread.join(30)
        assert isinstance(errors[0], InvalidInput)
        assert "needs more memory" in errors[0].message

    def test_a_killed_server_is_started_again_and_its_children_are_gone(self, pipe):
        thread, errors, first = sleeper(pipe)
        server = isolated_client.server_pid()
        os.kill(server, signal.SIGKILL)
        wait_until(lambda: not alive(first))
        with pipe.open() as told:
            second = int(told.readline())
        assert isolated_client.server_pid() != server
        os.kill(isolated_client.server_pid(), signal.SIGKILL)
        thread.join(30)
        assert isinstance(errors[0], Unavailable)
        assert not errors[0].permanent
        wait_until(lambda: not alive(second))
        assert call("echo", b"next").text == "next"

    def test_a_server_that_hangs_is_replaced(self, monkeypatch):
        monkeypatch.setattr(isolated_client, "_SERVER_SECONDS", 0.3)
        call("echo", b"first")
        server = isolated_client.server_pid()
        os.kill(server, signal.SIGSTOP)
        with pytest.raises(TooLarge):
            call("echo", b"second", limits={"wall_seconds": 0.5})
        wait_until(lambda: not alive(server))
        assert call("echo", b"third").text == "third"

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
    def test_the_signals_that_let_a_worker_finish_do_not_end_its_reading(self, number):
        with ThreadPoolExecutor(1) as pool:
            reading_now = pool.submit(call, "nap", b"0.5")
            time.sleep(0.2)
            os.kill(isolated_client.server_pid(), number)
            assert reading_now.result().text == "rested"

    @linux
    def test_a_killed_worker_leaves_no_process(self, tmp_path, pipe):
        code = (
            "from coexai_app.extract import Document, isolated, isolated_client as client\n"
            "import threading, sys, time\n"
            "reader = 'tests.extract.hostile_readers:tell_and_sleep'\n"
            f"work = lambda: isolated.call(reader, {str(pipe).encode()!r}, {{}}, returns=Document)\n"
            "threading.Thread(target=work).start()\n"
            "while client.server_pid() is None: time.sleep(0.01)\n"
            "print(client.server_pid(), flush=True)\n"
        )
        worker = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        try:
            server = int(worker.stdout.readline())
            with pipe.open() as told:
                child = int(told.readline())
            assert alive(server)
            assert alive(child)
        finally:
            worker.kill()
            worker.communicate()
        wait_until(lambda: not alive(server) and not alive(child))

    @linux
    def test_a_process_that_was_forked_from_the_worker_has_a_server_of_its_own(self):
        """Huey forks its workers; the fork must neither use nor keep alive what belongs to the parent."""
        code = (
            "import json, os, sys\n"
            "from coexai_app.extract import isolated, isolated_client as client\n"
            "isolated.read(b'Fresh bread every day.')\n"
            "first = client.server_pid()\n"
            "if os.fork() == 0:\n"
            "    assert client.server_pid() is None\n"
            "    isolated.read(b'Fresh bread every day.')\n"
            "    print(json.dumps([first, client.server_pid()]), flush=True)\n"
            "    os._exit(0)\n"
            "os.wait()\n"
            "isolated.read(b'Fresh bread every day.')\n"
            "assert client.server_pid() == first\n"
        )
        done = subprocess.run([sys.executable, "-W", "error", "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=30)
        assert (done.returncode, done.stderr) == (0, "")
        first, second = json.loads(done.stdout)
        assert first != second
        wait_until(lambda: not alive(first) and not alive(second))


class TestManyAtOnce:
    def test_twenty_at_a_time_from_threads(self):
        isolated.warm_up()
        texts = [f"Loaf number {i}. " + PROSE * i for i in range(40)]
        with ThreadPoolExecutor(20) as pool:
            found = list(pool.map(lambda text: isolated.read(text.encode()).text, texts))
        assert found == [text.strip() for text in texts]

    def test_the_good_and_the_bad_at_the_same_time(self):
        def attempt(i: int) -> str:
            reader = ("echo", "abort", "fail", "leave")[i % 4]
            try:
                return call(reader, str(i).encode()).text
            except InvalidInput:
                return "refused"

        with ThreadPoolExecutor(10) as pool:
            found = list(pool.map(attempt, range(40)))
        assert found == [str(i) if i % 4 == 0 else "refused" for i in range(40)]

    def test_every_document_has_a_process_of_its_own_and_leaves_no_descriptor(self):
        pids = {call("where").text for _ in range(5)}
        assert len(pids) == 5
        if sys.platform == "linux":
            count = open_files(os.getpid())
            server = open_files(isolated_client.server_pid())
            for _ in range(10):
                call("echo", b"x")
                with pytest.raises(InvalidInput):
                    call("abort")
            assert open_files(os.getpid()) == count
            wait_until(lambda: open_files(isolated_client.server_pid()) <= server)

    def test_the_worker_does_not_grow(self):
        def rss() -> int:
            return int(Path("/proc/self/statm").read_text().split()[1]) * 4_096

        isolated.read(PAGE)
        before = rss()
        for _ in range(30):
            isolated.read(PAGE)
        with pytest.raises(TooLarge):
            call("large", b"20000000", limits={"answer_bytes": 1_000_000})
        assert rss() - before < 5_000_000

    def test_it_is_quick_when_warm(self, record_property):
        isolated.warm_up()
        time.sleep(1.5)
        times = []
        for _ in range(20):
            began = time.perf_counter()
            call("echo", b"x")
            times.append(time.perf_counter() - began)
        middle = sorted(times)[10] * 1_000
        record_property("figures", f"a process of its own for a source costs {middle:.1f} ms")
        assert middle < 500
