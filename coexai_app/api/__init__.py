"""The HTTP door: probes, log-in forms, uploads, exports, and the partner API. `app.build()` makes it."""
