"""Reflex's configuration, from our settings. Nothing else lives here."""

import os

import reflex as rx

from coexai_app import settings

ours = settings.get()

os.environ.setdefault("REFLEX_TELEMETRY_ENABLED", "false")
os.environ.setdefault("REFLEX_CHECK_LATEST_VERSION", "false")

config = rx.Config(
    app_name="coexai_app",
    # One build serves every address: `coexai_app.frontend` makes these two "wherever the page came from".
    deploy_url="http://localhost:3000",
    api_url="http://localhost:3000",
    cors_allowed_origins=ours.origins,
    redis_url=ours.redis_url or None,
    state_manager_mode="redis" if ours.redis_url else "memory",
    telemetry_enabled=False,
    show_built_with_reflex=False,
    plugins=[rx.plugins.TailwindV4Plugin()],
    disable_plugins=[rx.plugins.SitemapPlugin],
)
