"""The profile, the pictures and the one-click link through HTTP: ETags, what a browser is told about an image, and no log-in needed."""

from __future__ import annotations

import io
from collections.abc import Callable

from PIL import Image
from starlette.testclient import TestClient

from coexai_app import settings
from coexai_app.api.boundary import Boundary
from coexai_app.models import MailKind
from coexai_app.services import notifications
from tests.people import People, do

As = Callable[[str], TestClient]
PROFILE = "/api/v1/organization/profile"
UNSUBSCRIBE = "/api/v1/mail/unsubscribe"


def png(size: tuple[int, int] = (40, 40)) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", size, (10, 120, 130)).save(made, "PNG")
    return made.getvalue()


class TestProfile:
    def test_read_change_read(self, as_person: As) -> None:
        client = as_person("adam")
        first = client.get(PROFILE)
        assert (first.status_code, first.headers["etag"], first.json()["version"]) == (200, '"profile-0"', 0)
        changed = client.put(PROFILE, json={"name": "Horno"}, headers={"If-Match": first.headers["etag"]})
        assert (changed.status_code, changed.headers["etag"], changed.json()["profile"]["name"]) == (200, '"profile-1"', "Horno")
        again = client.get(PROFILE, headers={"If-None-Match": 'W/"profile-1"'})
        assert (again.status_code, again.content) == (304, b"")

    def test_who_comes_late_is_told_who_was_first(self, as_person: As) -> None:
        client = as_person("adam")
        client.put(PROFILE, json={"name": "A"}, headers={"If-Match": '"profile-0"'})
        late = client.put(PROFILE, json={"name": "B"}, headers={"If-Match": '"profile-0"'})
        assert (late.status_code, late.json()["error"]["code"]) == (412, "PRECONDITION_FAILED")
        assert late.json()["error"]["details"]["by"] == "Adam Ash"
        assert client.get(PROFILE).json()["profile"]["name"] == "A"

    def test_a_version_has_to_be_named(self, as_person: As) -> None:
        client = as_person("adam")
        assert client.put(PROFILE, json={"name": "A"}).status_code == 428
        for tag in ("*", "1", 'W/"profile-0"', '"profile-x"'):
            assert client.put(PROFILE, json={"name": "A"}, headers={"If-Match": tag}).status_code == 412

    def test_a_member_reads_and_does_not_write(self, as_person: As) -> None:
        client = as_person("bob")
        assert client.get(PROFILE).status_code == 200
        assert client.put(PROFILE, json={"name": "A"}, headers={"If-Match": '"profile-0"'}).status_code == 403

    def test_nobody_reads_nothing(self, client: TestClient, people: People) -> None:
        assert client.get(PROFILE).status_code == 401

    def test_bodies_that_are_no_profile(self, as_person: As) -> None:
        client = as_person("adam")
        for body in (b"", b"[]", b"{", b"[" * 100_000, b"\xff", b'{"name": 5}', b'{"places": {}}', b'{"x": 1}'):
            answer = client.put(PROFILE, content=body, headers={"If-Match": '"profile-0"'})
            assert (answer.status_code, answer.json()["error"]["code"]) == (422, "INVALID_INPUT"), body[:20]
        assert client.put(PROFILE, content=b" " * 2_100_000, headers={"If-Match": '"profile-0"'}).status_code == 413

    def test_the_schema(self, as_person: As) -> None:
        assert "Voice" in as_person("vera").get(f"{PROFILE}/schema").json()["$defs"]


class TestPictures:
    def test_sent_shown_removed(self, as_person: As, people: People) -> None:
        client = as_person("bob")
        address = f"/api/v1/people/{people.bob.user_id}/picture"
        assert client.get(address).status_code == 404
        assert client.put("/api/v1/account/picture", files={"file": ("me.svg", png(), "image/svg+xml")}).status_code == 204
        shown = client.get(address)
        assert (shown.status_code, shown.headers["content-type"], shown.content[8:12]) == (200, "image/webp", b"WEBP")
        assert shown.headers["content-security-policy"] == "default-src 'none'; sandbox"
        assert shown.headers["cache-control"].startswith("private")
        assert client.delete("/api/v1/account/picture").status_code == 204
        assert client.get(address).status_code == 404

    def test_the_edge_forbids_sniffing(self, as_person: As, people: People) -> None:
        as_person("bob").put("/api/v1/account/picture", files={"file": ("me.png", png(), "image/png")})
        with TestClient(Boundary(as_person("bob").app), base_url="http://localhost:3000") as behind:
            behind.cookies.set(settings.get().cookie_name, people.tokens["bob"])
            headers = behind.get(f"/api/v1/people/{people.bob.user_id}/picture").headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"].startswith("private")
        assert "sandbox" in headers["content-security-policy"]

    def test_mallory_sees_none_of_ours(self, as_person: As, people: People) -> None:
        as_person("bob").put("/api/v1/account/picture", files={"file": ("me.png", png(), "image/png")})
        assert as_person("mallory").get(f"/api/v1/people/{people.bob.user_id}/picture").status_code == 404

    def test_another_site_cannot_send_one(self, as_person: As) -> None:
        client = as_person("bob")
        sent = {"files": {"file": ("me.png", png(), "image/png")}, "headers": {"Origin": "https://evil.example"}}
        assert client.put("/api/v1/account/picture", **sent).status_code == 403  # type: ignore[arg-type]

    def test_the_boundary_lets_in_what_the_doors_take(self, as_person: As, people: People) -> None:
        """A picture of 2 MB and a long profile are larger than other requests may be; a byte more than their own limits is not."""
        with TestClient(Boundary(as_person("alice").app), base_url="http://localhost:3000") as behind:
            behind.cookies.set(settings.get().cookie_name, people.tokens["alice"])
            behind.headers["Origin"] = "http://localhost:3000"
            for path in ("/api/v1/account/picture", "/api/v1/organization/logo"):
                sent = {"file": ("me.png", png() + b"\0" * 1_900_000, "image/png")}
                assert behind.put(path, files=sent).status_code == 204
            long, headers = b" " * 1_900_000 + b'{"name": "Larkfield"}', {"If-Match": '"profile-0"'}
            assert behind.put(PROFILE, content=long, headers=headers).status_code == 200
            assert behind.put(PROFILE, content=b" " * 2_000_001, headers=headers).status_code == 413

    def test_too_large_is_told_before_it_is_read(self, as_person: As) -> None:
        answer = as_person("bob").put("/api/v1/account/picture", files={"file": ("me.png", b"\0" * 3_000_000, "image/png")})
        assert (answer.status_code, answer.json()["error"]["code"]) == (413, "TOO_LARGE")

    def test_a_logo_is_for_admins(self, as_person: As) -> None:
        sent = {"file": ("logo.png", png(), "image/png")}
        assert as_person("bob").put("/api/v1/organization/logo", files=sent).status_code == 403
        assert as_person("adam").put("/api/v1/organization/logo", files=sent).status_code == 204
        assert as_person("vera").get("/api/v1/organization/logo").status_code == 200
        assert as_person("mallory").get("/api/v1/organization/logo").status_code == 404


class TestOneClick:
    def link(self, people: People) -> str:
        return notifications.link(people.bob.user_id, MailKind.JOB_COMPLETED).removeprefix("http://localhost:3000")

    def off(self, people: People) -> bool:
        return not next(c.on for c in do(notifications.get, people.bob).choices if c.kind == "job_completed")

    def test_a_mail_program_posts_without_a_log_in(self, people: People, client: TestClient) -> None:
        answer = client.post(self.link(people), data={"List-Unsubscribe": "One-Click"}, headers={"Origin": "https://mail.example"})
        assert (answer.status_code, "A job is done" in answer.text) == (200, True)
        assert self.off(people)

    def test_the_same_as_multipart(self, people: People, client: TestClient) -> None:
        assert client.post(self.link(people), files={"List-Unsubscribe": (None, "One-Click")}).status_code == 200
        assert self.off(people)

    def test_a_scanner_that_follows_the_link_changes_nothing(self, people: People, client: TestClient) -> None:
        answer = client.get(self.link(people))
        assert (answer.status_code, answer.headers["location"].startswith("/unsubscribe?token=")) == (303, True)
        assert not self.off(people)

    def test_the_page_posts_and_comes_back(self, people: People, client: TestClient) -> None:
        token = self.link(people).partition("token=")[2]
        answer = client.post(UNSUBSCRIBE, data={"token": token, "page": "1"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/unsubscribe?done=off")
        assert self.off(people)
        wrong = client.post(UNSUBSCRIBE, data={"token": "x", "page": "1"})
        assert wrong.headers["location"] == "/unsubscribe?error=dead_link"
        assert client.post(f"{UNSUBSCRIBE}?token=x").status_code == 422
