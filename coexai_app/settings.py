"""Every environment variable that CoExAI reads, once. `.env.example` lists the same names for people.

Everything has a default that works on a fresh machine without a key, a server or a network; production refuses to start
with a default secret.
"""

from __future__ import annotations

import os
import secrets
import tempfile
from contextlib import suppress
from functools import lru_cache
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """The configuration of one process. Lists are comma-separated."""

    model_config = SettingsConfigDict(
        env_file=ROOT / ".env", env_prefix="", extra="ignore", env_ignore_empty=True, frozen=True, hide_input_in_errors=True
    )

    # --- where it runs ---
    coexai_env: Literal["development", "production"] = "development"
    port: int = Field(3000, ge=1, le=65535, description="Port of the web process.")
    host: str = Field("127.0.0.1", description="Address to listen on; 0.0.0.0 inside a container.")
    public_url: str = Field("", description="Address that people type, e.g. https://app.example.com. Default: http://localhost:PORT.")
    data_dir: Path = Field(ROOT / "data", description="Folder of the embedded database, queue and files.")
    web_workers: int = Field(1, ge=1, le=64, description="Web processes; more than one needs REDIS_URL.")
    job_workers: int = Field(2, ge=1, le=64, description="Jobs that one worker process runs at the same time.")
    default_plan: Literal["free", "pro", "enterprise"] = Field(
        "free", description="Plan of new organisations; enterprise has no limits of runs, and the API."
    )
    warm_workers: bool = Field(True, description="Workers load readers and language data as they start, not with the first job.")
    trusted_proxies: str = Field("127.0.0.1", description="Addresses whose X-Forwarded-* headers count.")
    cors_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Sites whose pages may call the API with a token or a key, as https://host; * for all. Never with cookies."
    )
    log_format: Literal["text", "json"] = Field("text", description="json for log collectors.")
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    access_log: bool = Field(True, description="One line per request of the API: route, status, time, and who asked, by ids.")
    secret_key: SecretStr = Field(SecretStr(""), description="Signs short-lived tokens. Default: made once, kept in DATA_DIR.")
    secret_key_fallbacks: SecretStr = Field(
        SecretStr(""), description="Values that SECRET_KEY had before, comma-separated: what they sealed or signed still counts."
    )
    metrics_token: SecretStr | None = Field(None, description="Bearer token for /metrics; without it only this machine may read them.")

    # --- database, queue, files ---
    database_url: str = Field("", description="postgresql://… ; default: SQLite in DATA_DIR.")
    redis_url: str = Field("", description="redis://… for queue, live updates and limits; default: SQLite queue in DATA_DIR.")
    s3_bucket: str = Field("", description="Bucket for files; default: a folder in DATA_DIR.")
    s3_endpoint_url: str = Field("", description="Address of an S3-compatible store; default: AWS.")
    s3_region: str = ""
    s3_access_key_id: SecretStr | None = None
    s3_secret_access_key: SecretStr | None = None

    # --- mail ---
    smtp_url: SecretStr = Field(
        SecretStr(""), description="smtp://user:password@host:587 or smtps://…; default: mails stay in the database."
    )
    smtp_ca_file: Path | None = Field(None, description="Certificate authority of a private mail server; default: this machine's list.")
    smtp_timeout_seconds: float = Field(15, gt=0, le=60, description="Longest silence of the mail server.")
    mail_from: str = Field("", description="Sender, e.g. CoExAI <no-reply@example.com>. Default: no-reply@ this instance's host.")
    mail_address_line: str = Field("", description="Who runs this instance, with a postal address: the last line of every mail.")

    # --- log-in with other accounts: a provider without both its id and its secret is not offered ---
    google_client_id: str = Field("", description="OAuth client of Google Cloud.")
    google_client_secret: SecretStr | None = None
    microsoft_client_id: str = Field("", description="App registration of Microsoft Entra ID.")
    microsoft_client_secret: SecretStr | None = None
    microsoft_tenant: str = Field(
        "common", pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]{0,120}$", description="common, organizations, consumers, or one tenant."
    )
    microsoft_authority: str = Field("https://login.microsoftonline.com", description="Another address in national clouds.")
    oidc_issuer: str = Field("", description="Issuer of any OpenID Connect provider, exactly as it names itself.")
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr | None = None
    oidc_name: str = Field("single sign-on", max_length=40, description="What its button says after “Continue with”.")
    oidc_timeout_seconds: float = Field(8, gt=0, le=60, description="Longest time for one answer of a provider.")

    # --- language models: the first one with a key writes, the others stand in for it ---
    model_order: str = "openai,anthropic,gemini,compatible"
    openai_api_key: SecretStr | None = None
    openai_model: str = "gpt-5.4-mini"
    openai_base_url: str = ""
    anthropic_api_key: SecretStr | None = None
    anthropic_model: str = "claude-sonnet-5-5"
    anthropic_base_url: str = ""
    gemini_api_key: SecretStr | None = None
    gemini_model: str = "gemini-3.8-flash"
    gemini_base_url: str = ""
    compatible_base_url: str = Field("", description="Any OpenAI-compatible server, e.g. http://localhost:11434/v1.")
    compatible_api_key: SecretStr | None = None
    compatible_model: str = ""
    model_timeout_seconds: float = Field(120, gt=0, description="Longest time for one answer.")
    model_spend_cap_cents: int = Field(50, ge=0, description="Most that one job may spend on models, in US cents.")

    # --- transcription: recordings go there when it is set; otherwise an embedded recogniser makes a draft ---
    transcription_base_url: str = Field("", description="Any server with OpenAI's transcription API; a key alone is for OpenAI.")
    transcription_api_key: SecretStr | None = None
    transcription_model: str = "whisper-1"
    transcription_timeout_seconds: float = Field(300, gt=0, description="Longest time for ten minutes of sound.")

    # --- reading web pages ---
    fetch_allow_hosts: Annotated[tuple[str, ...], NoDecode] = Field((), description="Private hosts that may be read, as host or host:port.")

    # --- webhooks ---
    webhook_allow_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Hosts that events may be sent to over http and in private networks, for tests; never in production."
    )
    stripe_webhook_secrets: SecretStr = Field(
        SecretStr(""), description="Secrets of /webhooks/stripe, comma-separated while one replaces another; without any it is closed."
    )
    github_webhook_secret: SecretStr = Field(SecretStr(""), description="Secret of /webhooks/github; without it that is closed.")
    github_api_url: str = Field("https://api.github.com", description="Where the files of a push are read.")
    github_token: SecretStr | None = Field(None, description="Reads private repositories of the organisations of this instance's staff.")

    # --- accounts and jobs ---
    session_days: int = Field(7, ge=1, le=365, description="A session ends this many days after its log-in.")
    leaked_passwords_url: str = Field(
        "", description="Server of leaked passwords by range, e.g. https://api.pwnedpasswords.com/range; default: nobody is asked."
    )
    sign_ups_per_hour: int = Field(10, ge=1, description="New accounts from one address of the net in an hour.")
    job_lease_seconds: int = Field(30, ge=3, description="A job whose worker is silent this long is taken back.")
    agent_queues: Annotated[tuple[str, ...], NoDecode] = Field((), description="Coworkers with a queue and workers of their own.")
    worker_queue: str = Field("", description="Which of them this worker serves; default: the queue that all others share.")

    @field_validator("fetch_allow_hosts", "webhook_allow_hosts", "agent_queues", "cors_origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _production_is_safe(self) -> Self:
        if self.coexai_env == "production":
            if not self.secret_key.get_secret_value():
                raise ValueError("SECRET_KEY must be set in production. Make one with: openssl rand -hex 32")
            if not self.public_url.startswith("https://"):
                raise ValueError("PUBLIC_URL must be the https address of this instance in production.")
            if self.webhook_allow_hosts:
                raise ValueError("WEBHOOK_ALLOW_HOSTS is for tests: production sends events to public https addresses only.")
        if self.worker_queue and self.worker_queue not in self.agent_queues:
            raise ValueError(f"WORKER_QUEUE={self.worker_queue} must be one of AGENT_QUEUES, or no job would ever come.")
        if self.web_workers > 1 and not self.redis_url:
            raise ValueError("WEB_WORKERS above 1 needs REDIS_URL: the processes share their sessions there.")
        return self

    @model_validator(mode="after")
    def _providers_are_whole(self) -> Self:
        for name in ("google", "microsoft", "oidc"):
            parts = [getattr(self, f"{name}_client_id"), getattr(self, f"{name}_client_secret")]
            parts += [self.oidc_issuer] if name == "oidc" else []
            if any(parts) and not all(parts):
                raise ValueError(f"{name.upper()}_CLIENT_ID and {name.upper()}_CLIENT_SECRET belong together (and OIDC_ISSUER to OIDC_…).")
        return self

    @field_validator("oidc_issuer", "microsoft_authority", "leaked_passwords_url")
    @classmethod
    def _is_https(cls, value: str) -> str:
        url = urlsplit(value)
        here = url.scheme == "http" and url.hostname in ("localhost", "127.0.0.1", "::1")
        if value and (not (url.scheme == "https" or here) or not url.hostname or url.query or url.fragment or url.username):
            raise ValueError("This must be an https address without a query, such as https://login.example.com/realm.")
        return value

    @field_validator("cors_origins")
    @classmethod
    def _cors_origins_are_origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for origin in value:
            url = urlsplit(origin)
            if origin != "*" and (
                url.scheme not in ("http", "https") or not url.netloc or f"{url.scheme}://{url.netloc.lower()}" != origin
            ):
                raise ValueError(f"CORS_ORIGINS: {origin} is not an origin, such as https://app.example.com, without a slash at the end")
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _proxies_are_networks(cls, value: str) -> str:
        for part in filter(None, (part.strip() for part in value.split(","))):
            try:
                network = ip_network(part, strict=False)
            except ValueError:
                raise ValueError(f"TRUSTED_PROXIES: {part} is not an address or a network, such as 10.0.0.0/8") from None
            if not network.prefixlen:
                raise ValueError("TRUSTED_PROXIES must not be everybody: then anybody could claim any address")
        return value

    @field_validator("smtp_url")
    @classmethod
    def _smtp_url_is_whole(cls, value: SecretStr) -> SecretStr:
        if raw := value.get_secret_value():
            from coexai_app.integrations.smtp import Server

            try:
                Server.parse(raw)
            except ValueError as error:  # without the value: it holds a password
                raise ValueError(f"SMTP_URL {error}") from None
        return value

    @field_validator("mail_from")
    @classmethod
    def _mail_from_is_a_sender(cls, value: str) -> str:
        if value:
            from coexai_app.errors import InvalidInput
            from coexai_app.integrations.email import parse_sender

            try:
                parse_sender(value)
            except InvalidInput:
                raise ValueError("MAIL_FROM must be an address, or: Name <address>") from None
        return value

    @property
    def origin(self) -> str:
        """Scheme and host that browsers show for this instance, without a slash at the end."""
        url = urlsplit(self.public_url or f"http://localhost:{self.port}")
        return f"{url.scheme}://{url.netloc}"

    @property
    def https(self) -> bool:
        return self.origin.startswith("https://")

    @property
    def cookie_name(self) -> str:
        """Name of the session cookie. `__Host-` binds it to this very host; browsers refuse that prefix without https."""
        return "__Host-coexai_session" if self.https else "coexai_session"

    @property
    def older_cookie_names(self) -> tuple[str, ...]:
        """What the session cookie was called before the instance got https: such a session ends with the next log-in."""
        return ("coexai_session",) if self.https else ()

    @property
    def step_cookie_name(self) -> str:
        """Name of the cookie between the password and the second step."""
        return "__Host-coexai_step" if self.https else "coexai_step"

    @property
    def browser_cookie_name(self) -> str:
        """Name of the cookie by which a browser is known in which somebody has logged in before."""
        return "__Host-coexai_browser" if self.https else "coexai_browser"

    @property
    def review_cookie_name(self) -> str:
        """Name of the cookie that says that a client gave the passcode of a link."""
        return "__Host-coexai_review" if self.https else "coexai_review"

    @property
    def flow_cookie_name(self) -> str:
        """Name of the cookie that binds a log-in at a provider to the browser that began it."""
        return "__Host-coexai_flow" if self.https else "coexai_flow"

    @property
    def origins(self) -> list[str]:
        """Where pages may come from: the public address, and on one's own machine its two other names."""
        local = [f"http://{name}:{self.port}" for name in ("localhost", "127.0.0.1", "[::1]")] if not self.public_url else []
        return list(dict.fromkeys([self.origin, *local]))

    @property
    def database(self) -> str:
        """The SQLAlchemy URL of the database."""
        if not self.database_url:
            return f"sqlite:///{self.data_dir / 'coexai.db'}"
        scheme, _, rest = self.database_url.partition("://")
        return f"postgresql+psycopg://{rest}" if scheme in ("postgres", "postgresql") else self.database_url

    def secret(self) -> bytes:
        """The signing secret: SECRET_KEY, or one made on the first start and kept in DATA_DIR, readable by its owner only."""
        if key := self.secret_key.get_secret_value():
            return key.encode()
        path = self.data_dir / "secret.key"
        if not path.exists():
            self.data_dir.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile("w", dir=self.data_dir, prefix=".secret-") as fresh:  # readable by its owner only
                fresh.write(secrets.token_hex(32))
                fresh.flush()
                with suppress(FileExistsError):  # web and worker start together: the first link wins, whole
                    os.link(fresh.name, path)
        return path.read_text().encode()

    def secrets(self) -> tuple[bytes, ...]:
        """The signing secret, and those it replaced: all of them open, the first one seals."""
        before = self.secret_key_fallbacks.get_secret_value().split(",")
        return (self.secret(), *(key.strip().encode() for key in before if key.strip()))


@lru_cache(maxsize=1)
def get() -> Settings:
    """The settings of this process, read on first use."""
    return Settings()
