"""The parts that services need, built once a process; the slow ones on first use."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from functools import cached_property

from app.records.store import Store
from app.records.vectors import DatabaseVectors
from app.services.outbox.mail import FolderMailer, Mailer, SmtpMailer
from app.services.taxonomy.taxonomy import taxonomy_terms
from config.settings import Settings
from indexing.encoders import Model, SentenceEncoder, reads_glosses
from indexing.engine import SearchEngine
from indexing.engines.embedded import EmbeddedEngine
from indexing.lexicon import Lexicon, load_lexicon
from indexing.loaded_model import LoadedModel
from indexing.model_server import SharedModel
from indexing.reranker import CrossEncoderReranker
from indexing.searcher import Searcher
from indexing.weights import load_weights
from matching.errors import EncoderUnavailable
from matching.model import Weights
from matching.ports import Encoder, Reranker

WARM_UP_LOOK_S = 0.2


@dataclass
class Parts:
    """Everything with a connection, a file or a model. `close()` lets go of all of it."""

    settings: Settings
    store: Store
    engine: SearchEngine
    vectors: DatabaseVectors
    weights: Weights
    mailer: Mailer
    _encoder: Encoder | None = None
    _searcher: Searcher | None = None
    _reranker: Reranker | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def encoder(self) -> Encoder:
        """Loaded on first use (5 s) or asked over a socket. Raises EncoderUnavailable; the next call tries again."""
        with self._lock:
            if self._encoder is None:
                self._encoder = build_encoder(self.settings, self.lexicon)
            return self._encoder

    def warm_up(self, seconds: float) -> None:
        """Answer one query. A shared model that is still being loaded is waited for. Raises EncoderUnavailable."""
        end = time.monotonic() + seconds
        while True:
            try:
                self.encoder.encode_queries(["prêt"], "fr")
            except EncoderUnavailable:
                if self.settings.encoder != "shared" or time.monotonic() > end:
                    raise
                time.sleep(WARM_UP_LOOK_S)
            else:
                return

    @property
    def reranker(self) -> Reranker | None:
        """Loaded on first use; None where the settings name none. Raises RerankerUnavailable, and tries again."""
        model = self.settings.reranker_model
        if model is None:
            return None
        with self._lock:
            if self._reranker is None:
                self._reranker = CrossEncoderReranker(model, self.settings.embedding_threads)
            return self._reranker

    @property
    def searcher(self) -> Searcher:
        """Made on first use; keeps the vocabularies."""
        if self._searcher is None:
            self._searcher = Searcher(self.engine, lambda: self.encoder, self.lexicon.translations)
        return self._searcher

    @cached_property
    def lexicon(self) -> Lexicon:
        """French and English: the learned table with sectors and technologies laid over it, read at the first use."""
        with self.store.read() as work:
            return load_lexicon(taxonomy_terms(work))

    def close(self) -> None:
        """Close the database and the engine."""
        self.engine.close()
        self.store.close()


def build_parts(settings: Settings) -> Parts:
    """Wire the parts for these settings; nothing is opened yet but the engine's folder."""
    store = Store(settings.database_url)
    return Parts(
        settings=settings,
        store=store,
        engine=build_engine(settings),
        vectors=DatabaseVectors(store),
        weights=load_weights(),
        mailer=build_mailer(settings),
    )


def build_encoder(settings: Settings, lexicon: Lexicon) -> SentenceEncoder:
    """A model that reads English only gets French glossed. Raises EncoderUnavailable."""
    name = settings.embedding_model
    shared = settings.encoder == "shared"
    model: Model = SharedModel(settings.var) if shared else LoadedModel(name, settings.embedding_threads)
    return SentenceEncoder(model, lexicon if reads_glosses(name) else None)


def build_engine(settings: Settings) -> SearchEngine:
    """Elasticsearch where its URL is set, else the embedded engine under var/index."""
    if settings.elasticsearch_url:
        from indexing.engines.elastic import ElasticEngine  # its client takes 0.4 s of each start of each process

        return ElasticEngine(settings.elasticsearch_url)
    return EmbeddedEngine(settings.var / "index")


def build_mailer(settings: Settings) -> Mailer:
    """SMTP where its URL is set, else files under var/mail."""
    if settings.smtp_url:
        return SmtpMailer(settings.smtp_url, settings.mail_sender)
    return FolderMailer(settings.var / "mail", settings.mail_sender)
