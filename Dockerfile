# One image for the web server, the worker and the migrations; compose.yaml says who runs what.

FROM python:3.13-slim-trixie AS libraries
COPY requirements-deploy.txt /
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r /requirements-deploy.txt


FROM python:3.13-slim-trixie
RUN useradd --system --uid 10001 --no-create-home --home-dir /nonexistent kling \
    && install --directory --owner kling /data/media
COPY --from=libraries /venv /venv
WORKDIR /app
COPY manage.py LICENSE ./
COPY projects ./projects
COPY assets ./assets
COPY reviews ./reviews
COPY kling_cms ./kling_cms
COPY templates ./templates
ENV PATH=/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    MEDIA_ROOT=/data/media \
    STATIC_ROOT=/app/static
# The key of this one command signs nothing and stays in no layer.
RUN SECRET_KEY=only-for-collecting-files-while-building DATABASE_URL=sqlite://:memory: \
    python manage.py collectstatic --noinput
USER 10001
EXPOSE 8000
# No access log: paths can carry tokens, and the application logs requests without them.
CMD ["gunicorn", "kling_cms.wsgi:application", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "8", \
    "--worker-tmp-dir", "/dev/shm", "--no-control-socket"]
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=3 CMD ["python", "-m", "kling_cms.healthcheck"]
