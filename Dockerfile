# One image for web, worker and beat; docker-compose.yml says which is which.

FROM node:22-bookworm-slim AS front-end
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --omit=dev --no-audit --no-fund

FROM python:3.12-slim-bookworm AS packages
COPY requirements.txt .
RUN python -m venv /opt/venv \
 && /opt/venv/bin/pip install --no-cache-dir --no-deps --require-hashes --requirement requirements.txt

FROM python:3.12-slim-bookworm
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1
RUN useradd --system --uid 10001 --no-create-home --home-dir /app tanggap
WORKDIR /app
COPY --from=packages /opt/venv /opt/venv
COPY . .
RUN --mount=from=front-end,source=/app/node_modules,target=/app/node_modules \
    python script/vendor.py \
 && python script/messages.py --compile \
 && install --directory --owner tanggap --mode 700 var var/files var/sent
USER tanggap
# Collected by the user who serves them: they are readable by their owner alone
RUN SECRET_KEY=build ENCRYPTION_KEYS=build python manage.py collectstatic --no-input --verbosity 0
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["python", "script/healthcheck.py", "http://localhost:8000/healthz"]
# Who is believed about the caller's address is decided by TRUSTED_PROXIES, not by uvicorn
CMD ["uvicorn", "helpdesk.asgi:application", "--host", "0.0.0.0", "--port", "8000", "--lifespan", "off", "--no-access-log", "--no-proxy-headers", "--no-server-header"]
