# syntax=docker/dockerfile:1

# Builds the wheel, and installs it with exactly what uv.lock names.
FROM python:3.13.14-slim-trixie AS build
WORKDIR /build
ENV UV_PYTHON_DOWNLOADS=never
RUN pip install --no-cache-dir uv==0.13.9
COPY pyproject.toml uv.lock README.md LICENSE ./
COPY server server
COPY tools tools
COPY engine engine
COPY providers providers
COPY schemas schemas
COPY sandbox sandbox
RUN uv build --quiet --wheel --out-dir dist \
    && uv export --quiet --locked --no-dev --no-emit-project --extra postgres --extra nostr --extra otel \
       --output-file requirements.txt
RUN uv venv --quiet /opt/postwright \
    && uv pip install --quiet --python /opt/postwright --requirements requirements.txt \
    && uv pip install --quiet --python /opt/postwright --no-deps dist/*.whl
# Everything that is kept, for its owner alone.
RUN mkdir -p /data && chmod 700 /data

FROM python:3.13.14-slim-trixie
COPY --from=build /opt/postwright /opt/postwright
COPY --from=build --chown=10001:10001 /data /data
ENV PATH=/opt/postwright/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    POSTWRIGHT_HOME=/data \
    POSTWRIGHT_MEDIA_ROOTS=/media \
    POSTWRIGHT_LOG=json
# A number: an orchestrator can tell that it is not root, and no account has to be made.
USER 10001:10001
WORKDIR /media
VOLUME /data
EXPOSE 8765
HEALTHCHECK --interval=30s --timeout=6s --start-period=20s \
    CMD ["python", "-c", "import http.client as h; c = h.HTTPConnection('127.0.0.1', 8765, timeout=5); c.request('GET', '/healthz'); raise SystemExit(c.getresponse().status != 200)"]
ENTRYPOINT ["postwright"]
CMD ["serve", "--transport", "http", "--host", "0.0.0.0", "--port", "8765"]
