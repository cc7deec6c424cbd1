"""A loaded model."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from . import _limner
from ._errors import Error, InputTypeError
from ._explanation import Explanation, read
from ._inputs import Items, batches, read_items
from ._progress import Progress
from ._results import AttentionMaps, Attack
from ._shapes import transformers_result
from .methods import Method, request_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Union

    from typing_extensions import Unpack

    from ._options import ExplainOptions, ReadingOptions

    Show = Union[bool, Callable[[int, "int | None"], object], None]

T = TypeVar("T")
Errors = Literal["raise", "return"]

# Inputs per call of the library: it packs those of one call into shared passes. Methods with many passes per input gain
# nothing, and are shown to progress in smaller steps.
_AT_ONCE = 64
_AT_ONCE_WITH_MANY_PASSES = 4


class Model:
    """A model that predicts and explains. Safe to use from several threads, whose calls then run at once."""

    def __init__(self, core: _limner.Model, folder: str | None = None) -> None:
        self._core = core
        self._folder = folder
        self._info: dict[str, Any] = core.info()

    @property
    def name(self) -> str:
        """The model's name: that of its folder."""
        return str(self._info["name"])

    @property
    def task(self) -> str:
        """"question-answering", "sequence-classification", "token-classification" or "masked-lm"."""
        return str(self._info["task"])

    @property
    def labels(self) -> list[str]:
        """The labels in the model's order."""
        return list(self._info["labels"])

    @property
    def info(self) -> dict[str, Any]:
        """Name, family, task, labels, sizes, files and warnings."""
        return dict(self._info)

    @property
    def folder(self) -> str | None:
        """The checkpoint folder; None for a model from memory."""
        return self._folder

    def __repr__(self) -> str:
        return f"<limner.Model {self.name}: {self.task}, {self._info['parameters'] / 1e6:.1f} million parameters>"

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        if self._folder is None:
            raise Error(
                thing="a model from memory",
                found="an attempt to pickle it",
                expected="a model loaded from a folder",
                hint="save_pretrained writes one",
            )
        return (_load_folder, (self._folder,))

    # ---- explain ----

    def explain(
        self,
        text: Any = None,
        pair: Any = None,
        *,
        question: Any = None,
        context: Any = None,
        method: str | Method | None = None,
        preset: str | None = None,
        like: Explanation | str | os.PathLike[str] | None = None,
        errors: Errors = "raise",
        progress: Show = None,
        **options: Unpack[ExplainOptions],
    ) -> Any:
        """Explains the model's predictions: which words led to them.

        One input (a str, or question= and context=) returns an Explanation; a list, column or other iterable returns a
        list; an iterator returns an iterator, which reads a few inputs ahead. `like` repeats the method of another
        explanation, or of the first one in a file. errors="return" puts the Error of an input that cannot be explained
        in the place of its result. The options are those of docs/interface.md.
        """
        request = self._request(method, preset, options, like)
        return self._run(
            read_items(text, pair, question, context),
            self._step(request),
            errors,
            progress,
            lambda batch, report: self._core.explain(batch, request, report),
            Explanation,
        )

    def explain_all(
        self,
        text: Any = None,
        pair: Any = None,
        *,
        question: Any = None,
        context: Any = None,
        method: str | Method | None = None,
        preset: str | None = None,
        like: Explanation | str | os.PathLike[str] | None = None,
        errors: Errors = "raise",
        progress: Show = None,
        **options: Unpack[ExplainOptions],
    ) -> Any:
        """Explains every entity that a model for token classification finds, and the prediction of other models.

        Returns a list of explanations for each input; otherwise as explain.
        """
        request = self._request(method, preset, options, like)
        return self._run(
            read_items(text, pair, question, context),
            self._step(request),
            errors,
            progress,
            lambda batch, report: self._core.explain_all(batch, request, report),
            lambda found: [Explanation(core) for core in found],
        )

    # ---- predict ----

    def predict(
        self,
        text: Any = None,
        pair: Any = None,
        *,
        question: Any = None,
        context: Any = None,
        form: Literal["transformers", "limn"] = "transformers",
        errors: Errors = "raise",
        progress: Show = None,
        **options: Unpack[ReadingOptions],
    ) -> Any:
        """Returns the model's predictions, one for each input.

        Each has the form of transformers' pipelines, such as {"label": "positive", "score": 0.99}, or with form="limn"
        that of `limn predict` (docs/interface.md), which has more.
        """
        if form not in ("transformers", "limn"):
            raise Error(field="form", found=repr(form), expected="transformers or limn")
        request = request_of(None, None, options)
        top = options.get("top")

        def take(result: dict[str, Any]) -> Any:
            return result if form == "limn" else transformers_result(self, result, top)

        return self._run(
            read_items(text, pair, question, context),
            _AT_ONCE,
            errors,
            progress,
            lambda batch, report: self._core.predict(batch, request, 0, report),
            take,
        )

    def __call__(self, *args: Any, **options: Any) -> Any:
        """Predicts, with exactly the results of transformers' pipeline for the model's task."""
        from .pipelines import pipeline_for

        return pipeline_for(self)(*args, **options)

    # ---- other views ----

    def tokenize(
        self, text: Any = None, pair: Any = None, *, question: Any = None, context: Any = None, **options: Any
    ) -> dict[str, Any]:
        """Returns the tokens that the model reads: ids, types and offsets, as `limn tokenize` writes them."""
        result: dict[str, Any] = self._core.tokenize(_single(text, pair, question, context), request_of(None, None, options))
        return result

    def attention(
        self, text: Any = None, pair: Any = None, *, question: Any = None, context: Any = None, **options: Any
    ) -> AttentionMaps:
        """Returns what each head of each layer attended to, which does not prove what mattered."""
        return AttentionMaps(self._core.attention(_single(text, pair, question, context), request_of(None, None, options)))

    def heatmap(self, text: Any, **options: Any) -> Explanation:
        """Explains every token of a masked language model by every other token."""
        return Explanation(self._core.heatmap(_single(text, None, None, None), request_of(None, None, options)))

    def hotflip(
        self,
        text: Any = None,
        pair: Any = None,
        *,
        question: Any = None,
        context: Any = None,
        toward: str | None = None,
        change: str | None = None,
        max_steps: int | None = None,
        **options: Any,
    ) -> Attack:
        """Flips tokens one by one until the prediction changes, or reaches `toward`."""
        attack = {"toward": toward, "change": change, "max_steps": max_steps}
        return self._attack("hotflip", _single(text, pair, question, context), attack, options)

    def reduce_input(
        self,
        text: Any = None,
        pair: Any = None,
        *,
        question: Any = None,
        context: Any = None,
        beam: int | None = None,
        change: str | None = None,
        max_steps: int | None = None,
        **options: Any,
    ) -> Attack:
        """Removes tokens one by one while the prediction stays the same."""
        attack = {"beam": beam, "change": change, "max_steps": max_steps}
        return self._attack("reduce", _single(text, pair, question, context), attack, options)

    # ---- helpers ----

    def _attack(self, kind: str, item: Any, attack: dict[str, Any], options: Mapping[str, Any]) -> Attack:
        given = {name: value for name, value in attack.items() if value is not None}
        return Attack(self._core.attack(item, kind, request_of(None, None, options), given))

    def _request(
        self,
        method: str | Method | None,
        preset: str | None,
        options: Mapping[str, Any],
        like: Explanation | str | os.PathLike[str] | None,
    ) -> dict[str, Any]:
        if isinstance(like, (str, os.PathLike)):
            like = read(like)[0]
        if like is not None and not isinstance(like, Explanation):
            raise InputTypeError(field="like", found=type(like).__name__, expected="an Explanation, or a file of one")
        return request_of(method, preset, options, None if like is None else like._core)

    def _step(self, request: dict[str, Any]) -> int:
        return _AT_ONCE if _limner.shares_passes(request) else _AT_ONCE_WITH_MANY_PASSES

    def _run(
        self,
        given: Items,
        step: int,
        errors: str,
        progress: Show,
        work: Callable[[list[Any], Any], list[Any]],
        take: Callable[[Any], Any],
    ) -> Any:
        if errors not in ("raise", "return"):
            raise Error(field="errors", found=repr(errors), expected="raise or return")

        def results() -> Iterator[Any]:
            with Progress(given.total, progress) as shown:
                for batch in batches(given.items, step):
                    for index, result in enumerate(work(batch, shown.within(len(batch)))):
                        if not isinstance(result, Exception):
                            yield take(result)
                            continue
                        if isinstance(result, Error) and not given.one:
                            result.index = shown.done + index
                        if errors == "raise":
                            raise result
                        yield result
                    shown.advance(len(batch))

        if given.lazy:
            return results()
        if given.one:
            return next(results())
        return list(results())


def _single(text: Any, pair: Any, question: Any, context: Any) -> Any:
    given = read_items(text, pair, question, context)
    if not given.one:
        raise Error(thing="the input", found="several", expected="one input")
    return next(iter(given.items))


def _load_folder(folder: str) -> Model:
    return Model(_limner.Model.load(folder), folder)


def _bundled() -> list[str]:
    """The folder of limner-models, if that distribution is installed."""
    try:
        import limner_models  # type: ignore[import-not-found,import-untyped,unused-ignore]
    except ImportError:
        return []
    return [limner_models.folder()]


def models() -> dict[str, str]:
    """Returns the folder of every model that load() finds by its name."""
    return dict(_limner.find_models(_bundled()))


def load(
    model: Any,
    tokenizer: Any = None,
    *,
    head: Mapping[str, Any] | None = None,
    pull: bool = True,
) -> Model:
    """Loads a model.

    `model` is a checkpoint folder; the name of a model that models() lists; the name of a model on the Hugging Face hub
    (ORG/NAME or ORG/NAME@REVISION), which is downloaded into the hub's cache unless pull is False; or a model of the
    transformers package in memory, with its fast tokenizer. `head` describes the head of a model class that limn does
    not know (docs/models.md).
    """
    if not isinstance(model, (str, os.PathLike)):
        from ._memory import load_memory

        return Model(load_memory(model, tokenizer, head))
    if tokenizer is not None or head is not None:
        field = "tokenizer" if tokenizer is not None else "head"
        raise Error(field=field, found="one", expected="none: a folder has its own, in tokenizer.json and config.json")
    name = os.fspath(model)
    try:
        return _load_folder(_limner.find_model(name, _bundled()))
    except Error:
        from ._command import is_hub_name, pull_model

        if not pull or not is_hub_name(name) or name in models():
            raise
    return _load_folder(pull_model(name))
