"""limner: what a transformer encoder says about a text, and which words made it say so.

>>> import limner
>>> model = limner.load("minilm-l6-sentiment")
>>> model.explain("A gorgeous, witty film.")
"""

from __future__ import annotations

from . import evaluate
from . import methods as _methods
from ._compare import compare
from ._errors import Error, InputTypeError
from ._explanation import Explanation, Token, Word, read, save, to_html
from ._limner import set_threads, threads
from ._model import Model, load, models
from ._results import AttentionMaps, Attack, Comparison, Sanity, Similarity
from ._retrieval import Collection, embed, index, rerank, similar
from .methods import *  # noqa: F403
from .methods import Method, Preset, methods, preset, presets
from .pipelines import Pipeline, pipeline
from .tables import to_arrow, to_pandas
from .widgets import widget

__version__ = "0.1.0"

__all__ = [
    "AttentionMaps",
    "Attack",
    "Collection",
    "Comparison",
    "Error",
    "Explanation",
    "InputTypeError",
    "Model",
    "Pipeline",
    "Sanity",
    "Similarity",
    "Token",
    "Word",
    "compare",
    "embed",
    "evaluate",
    "index",
    "load",
    "models",
    "pipeline",
    "read",
    "rerank",
    "save",
    "set_threads",
    "similar",
    "threads",
    "to_arrow",
    "to_html",
    "to_pandas",
    "widget",
]
__all__ += _methods.__all__
