"""Reflex's configuration, from our settings. Nothing else lives here."""

import os

import reflex as rx

from coexai_app import settings

config = settings.get()

os.environ.setdefault("REFLEX_TELEMETRY_ENABLED", "false")
os.environ.setdefault("REFLEX_CHECK_LATEST_VERSION", "false")

config = rx.Config(
    app_name="coexai_app",
    frontend_port=config.port,
    backend_port=config.port,
    deploy_url=config.origin,
    api_url=config.origin,
    cors_allowed_origins=[config.origin],
    redis_url=config.redis_url or None,
    state_manager_mode="redis" if config.redis_url else "memory",
    telemetry_enabled=False,
    show_built_with_reflex=False,
    plugins=[rx.plugins.TailwindV4Plugin()],
    disable_plugins=[rx.plugins.SitemapPlugin],
)
