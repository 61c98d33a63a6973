"""All that a process may be told from outside, read from the environment once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from config.reader import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Passed down as an argument, so no test patches it. `docs/settings.md` explains every field."""

    var: Path
    database_url: str = field(repr=False)  # holds a password: keep it out of logs
    elasticsearch_url: str | None = field(repr=False)
    redis_url: str | None = field(repr=False)  # not set: the bundled server on a socket under var/
    embedding_model: str | None  # not set: the packaged model
    reranker_model: str | None  # not set: results stand as words and meaning order them
    embedding_threads: int
    encoder: str  # "own": each process loads the model; "shared": one process serves it, as `passerelle up` sets
    secret_key: str | None = field(repr=False)  # not set: made once and kept under var/
    public_url: str | None
    trusted_proxies: int  # how many proxies of our own stand before the portal and say who asks
    host: str
    port: int
    web_processes: int
    web_threads: int
    worker_processes: int
    job_lease_s: int
    job_slice_s: int
    smtp_url: str | None = field(repr=False)  # not set: messages are written to var/mail as .eml
    mail_sender: str
    facilitator_email: str
    privacy_officer: str
    log_level: str
    shared: Path

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Settings:
        """Read every variable; raises `SettingsError` that names every fault at once."""
        reader = Reader(environ)
        var = reader.path("PASSERELLE_VAR", default="var")
        settings = cls(
            var=var,
            database_url=reader.url(
                "DATABASE_URL",
                default=f"sqlite:///{var}/passerelle.db",
                schemes={"sqlite", "postgresql", "postgresql+psycopg"},
            ),
            elasticsearch_url=reader.optional_url("ELASTICSEARCH_URL", schemes={"http", "https"}),
            redis_url=reader.optional_url("REDIS_URL", schemes={"redis", "rediss", "redis+socket"}),
            embedding_model=reader.optional("EMBEDDING_MODEL"),
            reranker_model=reader.optional("RERANKER_MODEL"),
            embedding_threads=reader.integer("EMBEDDING_THREADS", default=1, low=1, high=64),
            encoder=reader.choice("PASSERELLE_ENCODER", default="own", choices={"own", "shared"}),
            secret_key=reader.optional("SECRET_KEY", at_least=32),
            public_url=reader.optional_url("PASSERELLE_URL", schemes={"http", "https"}),
            trusted_proxies=reader.integer("TRUSTED_PROXIES", default=0, low=0, high=10),
            host=reader.text("PASSERELLE_HOST", default="127.0.0.1"),
            port=reader.integer("PASSERELLE_PORT", default=8000, low=1, high=65535),
            web_processes=reader.integer("PASSERELLE_WEB_PROCESSES", default=2, low=1, high=64),
            # Threads take turns on one interpreter: of eight readers the slowest (p95) waited 5.8 times the work
            # of a page with two threads in each of two processes, 6.3 times with three. docs/benchmarks.md
            web_threads=reader.integer("PASSERELLE_WEB_THREADS", default=2, low=1, high=64),
            worker_processes=reader.integer("PASSERELLE_WORKERS", default=1, low=1, high=64),
            job_lease_s=reader.integer("PASSERELLE_JOB_LEASE", default=90, low=6, high=3600),
            job_slice_s=reader.integer("PASSERELLE_JOB_SLICE", default=1, low=0, high=30),
            smtp_url=reader.optional_url("SMTP_URL", schemes={"smtp", "smtps"}),
            mail_sender=reader.text("MAIL_SENDER", default="Passerelle <bonjour@passerelle.example>"),
            facilitator_email=reader.text("FACILITATOR_EMAIL", default="facilitation@passerelle.example"),
            privacy_officer=reader.text("PRIVACY_OFFICER", default="vie-privee@passerelle.example"),
            log_level=reader.choice("LOG_LEVEL", default="INFO", choices={"DEBUG", "INFO", "WARNING", "ERROR"}),
            shared=reader.path("PASSERELLE_SHARED", default="../shared"),
        )
        reader.raise_faults()
        return settings
