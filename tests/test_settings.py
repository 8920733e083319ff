"""Configuration: complete, documented, safe in production."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import ValidationError

from coexai_app.settings import ROOT, Settings


def make(**values: object) -> Settings:
    return Settings(_env_file=None, **values)  # type: ignore[arg-type]


class TestDefaults:
    def test_an_example_line_for_every_setting_and_no_other(self) -> None:
        named = set(re.findall(r"^([A-Z0-9_]+)=", (ROOT / ".env.example").read_text(), re.M))
        assert named == {name.upper() for name in Settings.model_fields}

    def test_the_example_changes_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in Settings.model_fields:
            monkeypatch.delenv(name.upper(), raising=False)
        assert Settings(_env_file=ROOT / ".env.example") == make()  # type: ignore[call-arg]

    def test_without_settings_it_lives_on_this_machine(self) -> None:
        config = make(port=3000, public_url="", database_url="", data_dir=Path("/tmp/x"))
        assert config.origin == "http://localhost:3000"
        assert config.database == "sqlite:////tmp/x/coexai.db"
        assert not config.https
        assert config.cookie_name == "coexai_session"

    def test_the_readme_names_every_setting_that_people_change(self) -> None:
        readme = (ROOT / "README.md").read_text()
        for name in ("PORT", "DATABASE_URL", "REDIS_URL", "OPENAI_API_KEY", "PUBLIC_URL", "SECRET_KEY", "DATA_DIR"):
            assert f"`{name}`" in readme


class TestProduction:
    @pytest.mark.asvs("V13.2.3")
    def test_it_refuses_to_start_without_a_secret(self) -> None:
        with pytest.raises(ValidationError, match="SECRET_KEY"):
            make(coexai_env="production", secret_key="", public_url="https://app.example.com")

    def test_it_refuses_plain_http(self) -> None:
        with pytest.raises(ValidationError, match="https"):
            make(coexai_env="production", secret_key="s" * 64, public_url="http://app.example.com")

    @pytest.mark.asvs("V3.3.1", "V3.3.3")
    def test_https_gets_the_host_bound_cookie(self) -> None:
        config = make(coexai_env="production", secret_key="s" * 64, public_url="https://app.example.com/")
        assert config.cookie_name == "__Host-coexai_session"
        assert config.origins == ["https://app.example.com"]

    def test_several_web_processes_need_redis(self) -> None:
        with pytest.raises(ValidationError, match="REDIS_URL"):
            make(web_workers=2, redis_url="")


class TestSecret:
    @pytest.mark.asvs("V13.3.2")
    def test_it_is_made_once_and_only_its_owner_can_read_it(self, tmp_path: Path) -> None:
        config = make(data_dir=tmp_path / "new", secret_key="")
        assert config.secret() == config.secret()
        assert len(config.secret()) == 64
        assert (tmp_path / "new" / "secret.key").stat().st_mode & 0o077 == 0

    def test_many_processes_that_start_together_agree_on_one(self, tmp_path: Path) -> None:
        config = make(data_dir=tmp_path / "new", secret_key="")
        with ThreadPoolExecutor(16) as pool:
            assert len(set(pool.map(lambda _: config.secret(), range(64)))) == 1
        assert [p.name for p in (tmp_path / "new").iterdir()] == ["secret.key"]

    def test_a_heroku_style_address_works(self) -> None:
        assert make(database_url="postgres://u:p@h/d").database == "postgresql+psycopg://u:p@h/d"


class TestMail:
    @pytest.mark.parametrize("url", ["http://mail.example.com", "smtp://ana:open/sesame@mail.example.com"])
    def test_a_wrong_server_is_refused_at_the_start_without_showing_its_password(self, url: str) -> None:
        with pytest.raises(ValidationError, match="SMTP_URL") as caught:
            make(smtp_url=url)
        assert "sesame" not in str(caught.value)

    def test_a_wrong_sender_is_refused_at_the_start(self) -> None:
        with pytest.raises(ValidationError, match="MAIL_FROM"):
            make(mail_from="CoExAI")
        assert make(mail_from="CoExAI <no-reply@example.com>").mail_from
