"""Embeddings, similarity, and collections of documents."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from . import _limner
from ._errors import Error
from ._inputs import column, is_one
from ._model import Model, load
from ._remote import is_address, sender
from ._results import Similarity
from .methods import Method, request_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Path = str | os.PathLike[str]
    Documents = Path | Sequence[Path] | Mapping[str, str | bytes]
    Retriever = Literal["bm25", "dense", "hybrid"]


def _loaded(model: Model | Path) -> Model:
    return model if isinstance(model, Model) else load(model)


def _core_of(model: Model | Path | None) -> _limner.Model | None:
    return None if model is None else _loaded(model)._core


def embed(model: Model | Path, texts: Any, *, progress: Any = None, **options: Any) -> Any:
    """Returns the embedding of a text as a NumPy array, or a list of them for a list or column of texts.

    Raises the Error of the first text that cannot be read.
    """
    items = [texts] if is_one(texts) else list(column(texts))
    found: list[NDArray[np.float32] | Exception] = _limner.embed(
        _loaded(model)._core, items, request_of(None, None, options), progress
    )
    for result in found:
        if isinstance(result, Exception):
            raise result
    return found[0] if is_one(texts) else found


def similar(
    model: Model | Path,
    text: str,
    pair: str,
    *,
    method: str | Method | None = None,
    preset: str | None = None,
    **options: Any,
) -> Similarity:
    """Explains why the embeddings of two texts are similar."""
    request = request_of(method, preset, options)
    return Similarity(_limner.similar(_loaded(model)._core, (text, pair), request))


def rerank(
    model: Model | Path,
    question: str,
    passages: Iterable[str],
    *,
    top: int | None = None,
    why: bool = False,
    method: str | Method | None = None,
    preset: str | None = None,
    **options: Any,
) -> dict[str, Any]:
    """Orders passages by their relevance to a question, by a cross-encoder or by embeddings.

    The result is that of `limn rerank`; why=True explains the score of each passage.
    """
    if top is not None and top < 1:
        raise Error(field="top", found=str(top), expected="at least 1")
    request = request_of(method, preset, options)
    result: dict[str, Any] = _limner.rank(_loaded(model)._core, question, list(passages), request, top or 0, why)
    return result


class Collection:
    """Documents in one place: passages found by their words and by their meaning, and explained answers."""

    def __init__(self, place: Path, *, embedder: Model | Path | None = None) -> None:
        """Opens a collection: a file, or "http://HOST:9200/INDEX" on a server of Elasticsearch or OpenSearch, for which
        the environment has user and password (docs/collections.md). `embedder` defaults to the model that made its
        embeddings, which is loaded by its name."""
        place = os.fspath(place)
        if is_address(place):
            send = sender()
            if embedder is None:
                embedder = _limner.Collection.embedder_on_server(place, send) or None
            self._open(_limner.Collection.connect(place, send, _core_of(embedder)))
            return
        if embedder is None:
            embedder = _limner.Collection.embedder_of(place) or None
        self._open(_limner.Collection.open(place, _core_of(embedder)))

    def _open(self, core: _limner.Collection) -> None:
        self._core = core
        # A collection of the library belongs to one thread at a time, and its calls release the GIL.
        self._lock = threading.Lock()

    @property
    def info(self) -> dict[str, Any]:
        """Its place, documents, passages, embedder and size."""
        with self._lock:
            info: dict[str, Any] = self._core.info()
        return info

    def add(self, documents: Documents, *, progress: Any = None) -> dict[str, Any]:
        """Adds files and folders, as `limn index` does, or files in memory, and returns its result.

        Files in memory are a dict of their names, whose endings say how they are read ("notes.txt", "rows.jsonl"), and
        contents (str or bytes). Documents whose file or row is gone are removed, but none because of files in memory.
        """
        if isinstance(documents, Mapping):
            with self._lock:
                added: dict[str, Any] = self._core.add_contents(dict(documents), progress)
            return added
        several = [documents] if isinstance(documents, (str, os.PathLike)) else list(documents)
        with self._lock:
            report: dict[str, Any] = self._core.add([os.fspath(path) for path in several], progress)
        return report

    def search(
        self,
        question: str,
        *,
        top: int = 10,
        retriever: Retriever | None = None,
        filters: Mapping[str, str] | None = None,
        reranker: Model | Path | None = None,
        candidates: int = 50,
        expander: Model | Path | None = None,
        feedback: int = 0,
    ) -> dict[str, Any]:
        """Returns the passages that fit a question, as `limn search` writes them."""
        search = _search(retriever, filters, candidates, expander, feedback)
        with self._lock:
            found: dict[str, Any] = self._core.search(question, {**search, "top": top}, _core_of(reranker))
        return found

    def ask(
        self,
        reader: Model | Path,
        question: str,
        *,
        top: int = 3,
        read: int = 5,
        explain: bool = True,
        why_passage: bool = False,
        method: str | Method | None = None,
        preset: str | None = None,
        retriever: Retriever | None = None,
        filters: Mapping[str, str] | None = None,
        reranker: Model | Path | None = None,
        candidates: int = 50,
        expander: Model | Path | None = None,
        feedback: int = 0,
        **options: Any,
    ) -> dict[str, Any]:
        """Answers a question: the answers, their places and explanations, as `limn ask` writes them."""
        search = _search(retriever, filters, candidates, expander, feedback)
        request = request_of(method, preset, options)
        core, ranker = _loaded(reader)._core, _core_of(reranker)
        with self._lock:
            found: dict[str, Any] = self._core.ask(
                core, question, request, search, read, top, explain, why_passage, ranker
            )
        return found


def index(
    documents: Documents, place: Path, *, embedder: Model | Path | None = "all-minilm-l6-v2", progress: Any = None
) -> Collection:
    """Puts documents into a collection, which is created if it does not exist. embedder=None: by words only.

    `documents` are those of Collection.add; `place` is a file, "http://HOST:9200/INDEX" on a server, or "memory:NAME"
    for a collection in the memory of this process.
    """
    collection = Collection.__new__(Collection)
    place = os.fspath(place)
    if is_address(place):
        collection._open(_limner.Collection.connect_or_create(place, sender(), _core_of(embedder)))
    else:
        collection._open(_limner.Collection.create(place, _core_of(embedder)))
    collection.add(documents, progress=progress)
    return collection


def _search(
    retriever: str | None,
    filters: Mapping[str, str] | None,
    candidates: int,
    expander: Model | Path | None,
    feedback: int,
) -> dict[str, Any]:
    return {
        "retriever": retriever,
        "filters": dict(filters or {}),
        "candidates": candidates,
        "expander": _core_of(expander),
        "feedback": feedback,
    }
