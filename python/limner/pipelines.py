"""Pipelines with the arguments and results of transformers' pipelines, without PyTorch.

>>> answer = limner.pipeline("question-answering", model="minilm-l6-qa")
>>> answer(question="Who came?", context="Anna came to Rome.")
{'score': …, 'start': 0, 'end': 4, 'answer': 'Anna'}
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from . import _shapes
from ._errors import Error, InputTypeError
from ._inputs import batches
from ._model import Model, load

_ALIASES = {"sentiment-analysis": "text-classification", "ner": "token-classification"}
_BUNDLED = {
    "question-answering": "minilm-l6-qa",
    "text-classification": "minilm-l6-sentiment",
    "token-classification": "minilm-l6-ner",
}
_AT_ONCE = 64


class Pipeline:
    """A task of a model. Call it with one input, or with several."""

    task = ""
    model_task = ""

    def __init__(self, model: Model, **defaults: Any) -> None:
        if model.task != self.model_task:
            raise Error(
                file=model.name,
                thing="the task",
                found=model.task,
                expected=f"a model for {self.model_task}, which {self.task} needs",
            )
        self.model = model
        self.defaults = defaults

    def __call__(self, inputs: Any, **options: Any) -> Any:
        merged = {**self.defaults, **options}
        if isinstance(inputs, (str, dict)):
            return self._one(next(self._results([inputs], merged)))
        if inputs is None or isinstance(inputs, (bytes, int, float)):
            raise InputTypeError(thing="the inputs", found=type(inputs).__name__, expected="str, or a list of str")
        results = (result for batch in batches(inputs, _AT_ONCE) for result in self._results(batch, merged))
        return results if isinstance(inputs, Iterator) else list(results)

    def _results(self, batch: list[Any], options: Mapping[str, Any]) -> Iterator[Any]:
        raise NotImplementedError

    def _one(self, result: Any) -> Any:
        return result

    def _predictions(self, batch: list[Any], **options: Any) -> list[dict[str, Any]]:
        results: list[dict[str, Any]] = self.model.predict(batch, form="limn", progress=False, **options)
        return results


def _take(options: Mapping[str, Any], **known: Any) -> dict[str, Any]:
    """Returns the known options with their values; others are an error."""
    for name in options:
        if name not in known:
            raise Error(field=name, found="an unknown option", expected=", ".join(known) or "none")
    return {**known, **options}


class TextClassification(Pipeline):
    """Classifies texts: {"label", "score"}. With top_k (None: all), a list of them for each text.

    truncation (default: True) reads only the beginning of a text that is longer than the model reads at once; without
    it, all of the text is read in windows.
    """

    task, model_task = "text-classification", "sequence-classification"

    def _results(self, batch: list[Any], options: Mapping[str, Any]) -> Iterator[Any]:
        given = _take(options, top_k=1, truncation=True, max_length=None)
        long_text = "beginning" if given["truncation"] else "windows"
        for result in self._predictions(batch, max_length=given["max_length"], long_text=long_text):
            ranked = _shapes.labels(result["prediction"])
            yield ranked[0] if given["top_k"] == 1 and "top_k" not in options else ranked[: given["top_k"]]

    def _one(self, result: Any) -> Any:
        return [result] if isinstance(result, dict) else result


class TokenClassification(Pipeline):
    """Finds entities. aggregation_strategy: none (the label of each token), simple, first, average, max."""

    task, model_task = "token-classification", "token-classification"

    def _results(self, batch: list[Any], options: Mapping[str, Any]) -> Iterator[Any]:
        given = _take(options, aggregation_strategy="none", ignore_labels=("O",))
        strategy = str(getattr(given["aggregation_strategy"], "value", given["aggregation_strategy"])).lower()
        if strategy == "none":
            for result in self._predictions(batch, aggregation="simple"):
                yield _shapes.token_labels(self.model, result, tuple(given["ignore_labels"]))
            return
        for result in self._predictions(batch, aggregation=strategy):
            yield _shapes.entities(self.model, result)


class FillMask(Pipeline):
    """Predicts mask tokens: for each a list of {"score", "token", "token_str", "sequence"}."""

    task, model_task = "fill-mask", "masked-lm"

    def _results(self, batch: list[Any], options: Mapping[str, Any]) -> Iterator[Any]:
        given = _take(options, top_k=5)
        for result in self._predictions(batch, top=given["top_k"]):
            masks = _shapes.fills(self.model, result)
            yield masks[0] if len(masks) == 1 else masks


class ZeroShotClassification(Pipeline):
    """Classifies by labels that are given with the text, with a model for natural-language inference."""

    task, model_task = "zero-shot-classification", "sequence-classification"

    def __init__(self, model: Model, **defaults: Any) -> None:
        super().__init__(model, **defaults)
        names = [label.lower() for label in model.labels]
        self.entailment = next((i for i, name in enumerate(names) if name.startswith("entail")), -1)
        if self.entailment < 0:
            raise Error(
                file=model.name,
                thing="the labels",
                found=", ".join(model.labels),
                expected="a model for natural-language inference, which has the label entailment",
            )
        self.contradiction = next((i for i, name in enumerate(names) if name.startswith("contra")), self.entailment - 1)

    def __call__(self, inputs: Any, candidate_labels: Any = None, **options: Any) -> Any:
        return super().__call__(inputs, candidate_labels=candidate_labels, **options)

    def _results(self, batch: list[Any], options: Mapping[str, Any]) -> Iterator[Any]:
        given = _take(options, candidate_labels=None, hypothesis_template="This example is {}.", multi_label=False)
        candidates = given["candidate_labels"]
        if isinstance(candidates, str):
            candidates = [label.strip() for label in candidates.split(",") if label.strip()]
        if not candidates:
            raise Error(field="candidate_labels", found="none", expected="at least one label")
        template = given["hypothesis_template"]
        if template.format(candidates[0]) == template:
            raise Error(field="hypothesis_template", found=repr(template), expected="{} where the label goes")
        for text in batch:
            pairs = [(text, template.format(label)) for label in candidates]
            # The logits come with an explanation; the attention to each token needs no backward pass.
            found = self.model.explain(pairs, method="attention", raw=True, progress=False)
            logits = [why.logits for why in found]
            entailed = [row[self.entailment] for row in logits]
            if given["multi_label"] or len(candidates) == 1:
                against = [row[self.contradiction] for row in logits]
                scores = [1 / (1 + math.exp(no - yes)) for yes, no in zip(entailed, against)]
            else:
                weights = [math.exp(logit - max(entailed)) for logit in entailed]
                scores = [weight / sum(weights) for weight in weights]
            order = sorted(range(len(candidates)), key=lambda index: -scores[index])
            yield {
                "sequence": text,
                "labels": [candidates[index] for index in order],
                "scores": [scores[index] for index in order],
            }


class QuestionAnswering(Pipeline):
    """Answers questions: {"score", "start", "end", "answer"}, as the pipeline that transformers 5.3 removed."""

    task, model_task = "question-answering", "question-answering"

    def __call__(self, *args: Any, **options: Any) -> Any:
        question, context = options.pop("question", None), options.pop("context", None)
        if args:
            if question is not None or context is not None or len(args) > 1:
                raise Error(thing="the inputs", found="several forms", expected="question= and context=, or a dict")
            return super().__call__(args[0], **options)
        if question is None or context is None:
            missing = "question" if question is None else "context"
            raise Error(field=missing, found="none", expected="a question and its context")
        if isinstance(question, str) and isinstance(context, str):
            return super().__call__({"question": question, "context": context}, **options)
        if isinstance(question, str):
            question = [question] * len(context)
        if isinstance(context, str):
            context = [context] * len(question)
        if len(question) != len(context):
            raise Error(
                thing="question and context",
                found=f"{len(question)} and {len(context)} of them",
                expected="as many of one as of the other",
            )
        return super().__call__([{"question": q, "context": c} for q, c in zip(question, context)], **options)

    def _results(self, batch: list[Any], options: Mapping[str, Any]) -> Iterator[Any]:
        given = _take(
            options,
            top_k=1,
            doc_stride=None,
            max_answer_len=15,
            max_seq_len=None,
            handle_impossible_answer=False,
            align_to_words=True,
        )
        if given["top_k"] < 1:
            raise Error(field="top_k", found=str(given["top_k"]), expected="at least 1")
        if given["max_answer_len"] < 1:
            raise Error(field="max_answer_len", found=str(given["max_answer_len"]), expected="at least 1")
        most = int(self.model.info["max_positions"])
        length = min(given["max_seq_len"] or 384, most)
        stride = given["doc_stride"] if given["doc_stride"] is not None else min(length // 2, 128)
        request = {"options": {"top": given["top_k"], "max_length": length, "stride": stride}}
        found = self.model._core.answers(batch, request, given["max_answer_len"], None)
        for item, result in zip(batch, found):
            if isinstance(result, Exception):
                raise result
            context = item["context"] if isinstance(item, dict) else item[1]
            answers = _merged(result["answers"], context, given["align_to_words"])
            if given["handle_impossible_answer"]:
                answers.append({"score": result["null_score"], "start": 0, "end": 0, "answer": ""})
            answers = sorted(answers, key=lambda found: -found["score"])[: given["top_k"]]
            yield answers[0] if len(answers) == 1 else answers


def _merged(found: Iterable[dict[str, Any]], context: str, align_to_words: bool) -> list[dict[str, Any]]:
    """Returns the answers of all windows; the scores of those with the same text are added."""
    answers: list[dict[str, Any]] = []
    for answer in found:
        begin, end = answer["begin"], answer["end"]
        if align_to_words:
            while begin > 0 and context[begin - 1].isalnum() and context[begin].isalnum():
                begin -= 1
            while end < len(context) and context[end].isalnum() and context[end - 1].isalnum():
                end += 1
        text = context[begin:end]
        same = next((known for known in answers if known["answer"].lower() == text.lower()), None)
        if same is not None:
            same["score"] += answer["score"]
        else:
            answers.append({"score": answer["score"], "start": begin, "end": end, "answer": text})
    return answers


_PIPELINES: dict[str, Callable[..., Pipeline]] = {
    kind.task: kind
    for kind in (QuestionAnswering, TextClassification, TokenClassification, FillMask, ZeroShotClassification)
}


def pipeline_for(model: Model) -> Pipeline:
    """Returns the pipeline of the model's own task; entities are aggregated by words."""
    task = {"sequence-classification": "text-classification", "masked-lm": "fill-mask"}.get(model.task, model.task)
    if task == "token-classification":
        return TokenClassification(model, aggregation_strategy="first")
    return _PIPELINES[task](model)


def pipeline(
    task: str | None = None,
    model: str | os.PathLike[str] | Model | Any = None,
    tokenizer: Any = None,
    **defaults: Any,
) -> Any:
    """Returns a pipeline for a task: "question-answering", "text-classification" ("sentiment-analysis"),
    "token-classification" ("ner"), "fill-mask" or "zero-shot-classification". Without a model, a bundled one is used.
    The other arguments are the defaults of its calls."""
    known = _ALIASES.get(task, task) if task is not None else None
    if known is not None and known not in _PIPELINES:
        raise Error(field="task", found=repr(task), expected=", ".join([*_PIPELINES, *_ALIASES]))
    if model is None:
        if known not in _BUNDLED:
            raise Error(field="model", found="none", expected=f"a model for {task}")
        model = _BUNDLED[known]
    loaded = model if isinstance(model, Model) else load(model, tokenizer)
    if known is None:
        return pipeline_for(loaded)
    return _PIPELINES[known](loaded, **defaults)


__all__: Sequence[str] = ["Pipeline", "pipeline"]
