"""Fetching a page: never into the private network, never longer, never larger than allowed. Against a real server on this machine."""

import gzip
import http.server
import socket
import threading
import time
import zlib
from contextlib import contextmanager, suppress

import pytest

from coexai_app.errors import InvalidInput, TooLarge, Unavailable
from coexai_app.extract import addresses, fetch

PAGE = b"<html><body><p>Fresh bread every day.</p></body></html>"


class Handler(http.server.BaseHTTPRequestHandler):
    """Plays the page that the path names."""

    def log_message(self, *arguments):
        pass

    def say(self, status=200, body=PAGE, **headers):
        self.send_response(status)
        usual = {"Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(body))}
        for name, value in {**usual, **{name.replace("_", "-"): value for name, value in headers.items()}}.items():
            if value:
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.server.seen.append((self.path, self.headers["Host"], self.headers["User-Agent"]))
        name = self.path.strip("/").partition("?")[0]
        with suppress(BrokenPipeError, ConnectionResetError):
            getattr(self, f"page_{name.partition('/')[0]}", self.say)()

    def page_status(self):
        self.say(int(self.path.rpartition("/")[2]))

    def page_loop(self):
        self.say(302, b"", Location="/loop")

    def page_hop(self):
        left = int(self.path.rpartition("/")[2])
        self.say(302, b"", Location=f"/hop/{left - 1}") if left else self.say()

    def page_inside(self):
        self.say(302, b"", Location="http://127.0.0.1:1/secret")

    def page_metadata(self):
        self.say(301, b"", Location="http://169.254.169.254/latest/meta-data")

    def page_file(self):
        self.say(302, b"", Location="file:///etc/passwd")

    def page_png(self):
        self.say(body=b"\x89PNG", Content_Type="image/png")

    def page_gzip(self):
        self.say(body=gzip.compress(PAGE[:20]) + gzip.compress(PAGE[20:]), Content_Encoding="gzip")

    def page_deflate(self):
        self.say(body=zlib.compress(PAGE), Content_Encoding="deflate")

    def page_rawdeflate(self):
        self.say(body=zlib.compress(PAGE)[2:-4], Content_Encoding="deflate")

    def page_bomb(self):
        self.say(body=gzip.compress(bytes(30_000_000)), Content_Encoding="gzip")

    def page_halfzip(self):
        self.say(body=gzip.compress(PAGE)[:-12], Content_Encoding="gzip")

    def page_badzip(self):
        self.say(body=b"this is not gzip", Content_Encoding="gzip")

    def page_brotli(self):
        self.say(Content_Encoding="br")

    def page_liar(self):
        self.say(Content_Length="100000")

    def page_huge(self):
        self.say(Content_Length="99999999999")

    def page_endless(self):
        self.say(Content_Length="")
        for _ in range(400):
            self.wfile.write(b"x" * 50_000)

    def page_stall(self):
        self.server.stop.wait(5)

    def page_drip(self):
        self.say(Content_Length="100000", body=b"")
        while not self.server.stop.wait(0.05):
            self.wfile.write(b"x")

    def page_dripheads(self):
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        for i in range(1_000):
            self.wfile.write(b"X-%d: y\r\n" % i)
            if self.server.stop.wait(0.05):
                return


@pytest.fixture(scope="module")
def server():
    running = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    running.daemon_threads = True
    running.seen, running.stop = [], threading.Event()
    threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield running
    running.stop.set()
    running.shutdown()
    running.server_close()


@pytest.fixture
def get(server):
    """Fetches a path from the test server, which the operator allowed."""
    host = f"127.0.0.1:{server.server_port}"
    return lambda path, **options: fetch(f"http://{host}{path}", allow_hosts=[host], **options)


class TestPages:
    def test_a_page_comes_with_its_type_and_address(self, get, server):
        page = get("/bread?q=1#part")
        assert (page.data, page.content_type) == (PAGE, "text/html; charset=utf-8")
        assert page.url == f"http://127.0.0.1:{server.server_port}/bread?q=1"
        assert server.seen[-1][1:] == (f"127.0.0.1:{server.server_port}", "CoExAI/0.1 (+reads a page once, when a person asks for it)")

    @pytest.mark.parametrize("packing", ["gzip", "deflate", "rawdeflate"])
    def test_packed_pages_are_unpacked(self, get, packing):
        assert get(f"/{packing}").data == PAGE

    def test_five_redirects_are_followed(self, get):
        page = get("/hop/5")
        assert (page.data, page.url.endswith("/hop/0")) == (PAGE, True)

    def test_letters_beyond_ascii_in_a_path_are_encoded_once(self, get, server):
        get("/brötchen/%C3%BC")
        assert server.seen[-1][0] == "/br%C3%B6tchen/%C3%BC"


class TestRefusals:
    @pytest.mark.asvs("V15.3.2")
    @pytest.mark.parametrize("path", ["/loop", "/hop/6"])
    def test_a_sixth_redirect_is_refused(self, get, path):
        with pytest.raises(InvalidInput, match="redirects more than 5 times"):
            get(path)

    @pytest.mark.asvs("V1.3.6", "V15.3.2")
    @pytest.mark.parametrize("path", ["/inside", "/metadata", "/file"])
    def test_a_redirect_into_the_machine_is_refused(self, get, path):
        with pytest.raises(InvalidInput) as caught:
            get(path)
        assert caught.value.field == "url"

    @pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
    def test_a_page_that_is_not_there_is_the_callers_matter(self, get, status):
        with pytest.raises(InvalidInput, match=rf"127\.0\.0\.1 answered {status}\. Check the address, or paste the text\."):
            get(f"/status/{status}")

    @pytest.mark.parametrize("status", [429, 500, 502, 503])
    def test_a_server_in_trouble_may_be_asked_again(self, get, status):
        with pytest.raises(Unavailable, match=f"answered {status}") as caught:
            get(f"/status/{status}")
        assert not caught.value.permanent

    def test_a_picture_is_named(self, get):
        with pytest.raises(InvalidInput, match=r"sent image/png, not a page"):
            get("/png")

    @pytest.mark.asvs("V5.2.1")
    @pytest.mark.parametrize("path", ["/bomb", "/huge", "/endless"])
    def test_too_much_is_cut_off(self, get, path):
        with pytest.raises(TooLarge, match=r"larger than 10\.0 MB"):
            get(path)

    @pytest.mark.parametrize("path", ["/liar", "/halfzip", "/badzip"])
    def test_half_an_answer_is_none(self, get, path):
        with pytest.raises(Unavailable, match=r"broke off its answer|damaged page"):
            get(path)

    def test_an_unknown_packing_is_told(self, get):
        with pytest.raises(InvalidInput, match=r"cannot be read \(br\)"):
            get("/brotli")

    @pytest.mark.parametrize("path", ["/stall", "/drip", "/dripheads"])
    def test_the_time_is_for_everything(self, get, path):
        begin = time.monotonic()
        with pytest.raises(Unavailable, match=r"did not answer in time|took too long"):
            get(path, timeout=0.4)
        assert time.monotonic() - begin < 1.5

    def test_a_closed_port_may_be_tried_again(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            host = f"127.0.0.1:{free.getsockname()[1]}"
            with pytest.raises(Unavailable, match="could not be reached"):
                fetch(f"http://{host}/", allow_hosts=[host])


@pytest.mark.asvs("V1.3.6")
class TestAddresses:
    @pytest.mark.parametrize(
        "host",
        [
            "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0x7f.1", "0", "0.0.0.0", "localhost", "LOCALHOST.",
            "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "100.100.100.200", "168.63.129.16",
            "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.0.192", "198.18.0.1", "[::1]", "[::]", "[::ffff:127.0.0.1]",
            "[::ffff:10.0.0.1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::1]", "[2002:7f00:1::]", "[2001::1]",
            "[fe80::1]", "[fc00::1]", "[fd00:ec2::254]", "[fec0::1]", "[ff02::1]", "[2001:db8::1]", "１２７．０．０．１", "①②⑦.⓪.⓪.①",
        ],
    )  # fmt: skip
    def test_private_ones_are_refused_in_every_spelling(self, host):
        with pytest.raises(InvalidInput, match=r"is in a private network|not a web address|no server called") as caught:
            fetch(f"http://{host}/")
        assert caught.value.field == "url"

    @pytest.mark.parametrize(
        "address", ["1.1.1.1", "93.184.215.14", "2606:4700::1111", "64:ff9b::101:101", "::ffff:1.1.1.1", "2002:101:101::"]
    )
    def test_public_ones_are_not(self, address):
        assert addresses.is_public(address)

    @pytest.mark.parametrize(
        "url",
        [
            "", "   ", "ftp://example.com/", "file:///etc/passwd", "javascript:alert(1)", "data:text/html,x",
            "gopher://example.com", "http://", "http:///path", "http://user:pw@example.com/", "http://example.com@127.0.0.1/",
            "http://@example.com/", "http://example.com:22/", "http://example.com:99999/", "http://example.com:x/",
            "http://exa mple.com/", "http://exam\tple.com/", "http://a\\@b/", "http://[::1", "http://[::1%25eth0]/", "http://-/",
            "http://example.com/\r\nHost: b", "http://a..b\x00/", "https://" + "a" * 3_000,
        ],
    )  # fmt: skip
    def test_what_is_no_web_address_is_refused(self, url):
        with pytest.raises(InvalidInput) as caught:
            fetch(url)
        assert caught.value.field == "url"

    def test_an_address_without_its_scheme_is_completed(self):
        assert addresses.parse("bäckerei.example/brot", ()).url == "https://xn--bckerei-5wa.example/brot"

    def test_an_allowed_host_needs_its_port_named(self, server):
        with pytest.raises(InvalidInput, match=r"Port .* cannot be read"):
            fetch(f"http://127.0.0.1:{server.server_port}/", allow_hosts=["127.0.0.1"])

    def test_one_private_answer_among_public_ones_is_enough(self, monkeypatch):
        monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: [(2, 1, 6, "", (ip, 80)) for ip in ("1.1.1.1", "10.0.0.1")])
        with pytest.raises(InvalidInput, match="is in a private network"):
            fetch("http://two-faced.example/")

    def test_the_name_is_looked_up_once_and_the_checked_address_is_used(self, monkeypatch, server):
        asked = []

        def answer(host, port, *arguments, **options):
            asked.append(host)
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1" if len(asked) == 1 else "127.0.0.2", port))]

        host = f"rebind.example:{server.server_port}"
        with pretend(monkeypatch, answer):
            assert fetch(f"http://{host}/x", allow_hosts=[host]).data == PAGE
        assert asked == ["rebind.example"]
        assert server.seen[-1][:2] == ("/x", host)

    def test_a_slow_look_up_is_cut(self, monkeypatch):
        monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: time.sleep(1) or [])
        begin = time.monotonic()
        with pytest.raises(Unavailable, match="took too long"):
            fetch("http://slow.example/", timeout=0.2)
        assert time.monotonic() - begin < 1


@contextmanager
def pretend(monkeypatch, answer):
    """Names resolve as `answer` says; addresses themselves still resolve to themselves."""
    real = socket.getaddrinfo

    def look_up(host, port, *arguments, **options):
        return real(host, port, *arguments, **options) if host[0].isdigit() else answer(host, port, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    yield


class TestTls:
    @pytest.mark.asvs("V12.3.2")
    def test_a_certificate_that_nobody_vouches_for_is_refused(self, tmp_path):
        import datetime
        import ssl

        from cryptography import x509
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import ec

        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
        now = datetime.datetime.now(datetime.UTC)
        builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(7)
        certificate = builder.not_valid_before(now).not_valid_after(now + datetime.timedelta(days=1)).sign(key, hashes.SHA256())
        (tmp_path / "cert.pem").write_bytes(
            certificate.public_bytes(serialization.Encoding.PEM)
            + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tmp_path / "cert.pem")
        with http.server.HTTPServer(("127.0.0.1", 0), Handler) as running:
            running.handle_error = lambda *arguments: None
            running.socket = context.wrap_socket(running.socket, server_side=True)
            thread = threading.Thread(target=running.handle_request, daemon=True)
            thread.start()
            host = f"127.0.0.1:{running.server_port}"
            with pytest.raises(InvalidInput, match=r"certificate of 127.0.0.1 is not valid"):
                fetch(f"https://{host}/", allow_hosts=[host])
            thread.join(2)
