#!/usr/bin/env python3
"""Write the results of the packages lime, captum and shap, for the tests of perturbation methods.

    make_perturbation_cases.py SST2_DEV.tsv MODELS_DIR TESTS_DIR [NAME ...]     NAME: one of the files below, without .json

explain/data/lime_fits.json        random masks and values: lime_base's regressions, and the lasso of captum's Lime
explain/data/partition_trees.json  rows of tokens: shap.maskers._text.partition_tree
explain/data/owen_values.json      random games on random trees: shap.explainers.Partition with several max_evals
explain/data/partition_texts.json  sentences: shap.explainers.Partition on MODELS_DIR/minilm-l6-sentiment, in float64
explain/data/package_means.json    sentences: the means over five seeds of lime_text and shap.KernelExplainer on the same model
explain/data/lime_texts.json       texts: the means over five seeds of lime_text with its defaults, which remove words from the text

In all other files, [MASK] replaces removed tokens. Needs: torch, transformers, captum, lime, shap.
"""
import json
import pathlib
import random
import sys
import warnings

import lime.lime_base
import lime.lime_text
import numpy as np
import shap
import sklearn.metrics
import torch
from captum._utils.models.linear_model import SkLearnLasso
from shap.maskers._text import partition_tree
from torch.utils.data import DataLoader, TensorDataset
from transformers import AutoModelForSequenceClassification, AutoTokenizer

warnings.simplefilter("ignore")


def rounded(values, digits=7):
    return [float(f"{v:.{digits}g}") for v in values]


# ---- lime: single regressions ------------------------------------------------------------------------------------------

def lime_fits():
    rng, cases = np.random.default_rng(0), []
    for units, samples in [(9, 60), (9, 7), (3, 40), (1, 12), (14, 100)]:
        masks = (rng.random((samples, units)) < rng.random((samples, 1))).astype(float)
        masks[0] = 1
        weights = rng.normal(size=units) * (rng.random(units) < 0.6)
        values = np.round(0.2 + masks @ weights + masks[:, 0] * masks[:, -1] + 0.1 * rng.normal(size=samples), 6)
        distances = sklearn.metrics.pairwise.pairwise_distances(masks, masks[:1], metric="cosine").ravel() * 100
        case = {"masks": ["".join(str(int(b)) for b in m) for m in masks], "values": values.tolist(), "lime": [], "captum": []}
        for width, features in [(25, 0), (25, 2), (25, 4), (25, 6), (25, 8), (60, 0), (60, 3)]:
            if features > units:
                continue
            base = lime.lime_base.LimeBase(lambda d: np.sqrt(np.exp(-(d ** 2) / width ** 2)), random_state=0)
            intercept, weights, r2, _ = base.explain_instance_with_data(
                masks, values[:, None], distances, 0, features, feature_selection="auto" if features else "none")
            found = np.zeros(units)
            for feature, weight in weights:
                found[feature] = weight
            case["lime"].append({"kernel_width": width, "features": features, "weights": rounded(found),
                                 "intercept": float(intercept), "r2": float(r2)})
        for width in (1.0, 0.3):
            cosine = torch.nn.functional.cosine_similarity(torch.tensor(masks), torch.ones(1, units, dtype=torch.double))
            similarity = torch.exp(-(1 - cosine) ** 2 / (2 * width ** 2))
            model = SkLearnLasso(alpha=0.01, tol=1e-10, max_iter=100000)
            model.fit(DataLoader(TensorDataset(torch.tensor(masks), torch.tensor(values), similarity), batch_size=len(masks)))
            case["captum"].append({"kernel_width": 100 * width, "weights": rounded(model.representation().reshape(-1).tolist()),
                                   "intercept": float(model.bias())})
        cases.append(case)
    return cases


# ---- shap: trees and Owen values ---------------------------------------------------------------------------------------

TREES = [
    "I love it",
    "one",
    "a b",
    "the cat , the dog and the mac ##edon ##ian bird . It ' s late ; don ' t go !",
    "a ( b c ) d ( e ( f ) g ) h ) i ( j",
    "What ? No ! Yes . And so on . . .",
    "[CLS] hello world , my friend [SEP] how are you ? [SEP]",
    "a [SEP] [SEP] b c d",
    "( ( ( ) ) ) , , ' t ' s '",
    "but or and but , or . and",
    "x ##y ##z 1 ##th ' ##s",
]


def partition_trees():
    rng, rows = random.Random(0), [t.split(" ") for t in TREES]
    rows.append(["", "I", "like", "it", ".", ""])
    rows.append(["", "why", "?", "[SEP]", "because", "of", "you", ",", "dear", "##est", ""])
    words = ["film", "##s", ",", ".", "(", ")", "and", "but", "'", "t", "s", "!", "it", "good", "[MASK]", "[SEP]", ""]
    for length in [5, 8, 13, 21, 34, 55, 55]:
        rows.append([rng.choice(words) for _ in range(length)])
    return [{"tokens": row, "merges": partition_tree(row, ["[SEP]"])[:, [0, 1, 3]].astype(int).tolist()} for row in rows]


class TreeMasker:
    """Passes the masks to the game unchanged."""
    def __init__(self, clustering, size):
        self.clustering, self.shape = clustering, (1, size)
        self.default_batch_size = 5

    def __call__(self, mask, x):
        return (np.array([mask]),)


def owen_values():
    rng, cases = np.random.default_rng(1), []
    for size in (1, 2, 3, 6, 9):
        tokens = [str(rng.choice(["a", "b", ",", ".", "##c", "(", ")", "and"])) for _ in range(size)]
        if size > 1:
            tree = partition_tree(tokens, [])
            tree[:, 2] = tree[:, 3] / tree[:, 3].max()
        values = np.round(rng.normal(size=2 ** size), 6)
        worth = lambda masks: values[masks.astype(int) @ (1 << np.arange(size))]
        case = {"tokens": tokens, "values": values.tolist(), "scores": {}}
        for evaluations in (2, 3, 7, 16, 40, 120, 100000):
            if size == 1:
                case["scores"][str(evaluations)] = [float(values[1] - values[0])]  # shap does not accept a single token
                continue
            explainer = shap.explainers.Partition(worth, TreeMasker(tree, size))
            found = explainer(np.ones((1, size), dtype=bool), max_evals=evaluations, silent=True)
            case["scores"][str(evaluations)] = rounded(found.values[0])
        cases.append(case)
    return cases


# ---- the sentiment model -----------------------------------------------------------------------------------------------

class Sentiment:
    def __init__(self, models, dtype):
        self.tokenizer = AutoTokenizer.from_pretrained(models / "minilm-l6-sentiment")
        self.model = AutoModelForSequenceClassification.from_pretrained(models / "minilm-l6-sentiment", dtype=dtype).eval()

    def logits(self, rows):
        """Rows of ids, all of the same length."""
        with torch.no_grad():
            return torch.cat([self.model(torch.tensor(np.array(rows[i:i + 64]))).logits for i in range(0, len(rows), 64)]).double()


def sentences(path, count, shortest, longest, sentiment):
    """Sentences within the given range of words, as the tokenizer counts them; one per beginning."""
    rows = [line.split("\t")[0].strip() for line in open(path, encoding="utf-8").read().split("\n")[1:] if line.strip()]
    random.Random(4).shuffle(rows)
    chosen = []
    for row in rows:
        words = [w for w in sentiment.tokenizer(row).word_ids() if w is not None]
        if shortest <= words[-1] + 1 <= longest and len(words) <= 30 and all(row[:12] != other[:12] for other in chosen):
            chosen.append(row)
    return chosen[:count]


def partition_texts(dev, models):
    sentiment, cases = Sentiment(models, torch.float64), []
    texts = sentences(dev, 6, 8, 26, sentiment) + ["Unbelievably (and I mean it) bad, isn't it? Don't go, stay home.", "A gorgeous, witty, seductive movie."]
    for text in texts:
        encoded = sentiment.tokenizer(text, return_offsets_mapping=True)
        label = int(sentiment.logits([encoded["input_ids"]]).argmax())
        masker = shap.maskers.Text(sentiment.tokenizer, output_type="token_ids")
        explainer = shap.explainers.Partition(lambda rows: sentiment.logits(rows)[:, label].numpy(), masker)
        for evaluations in (500, 150):
            np.random.seed(0)
            found = explainer([text], max_evals=evaluations, silent=True)
            np.random.seed(1)  # breaks ties differently
            again = explainer([text], max_evals=evaluations, silent=True)
            cases.append({"text": text, "label": label, "evaluations": evaluations, "base_value": float(found.base_values[0]),
                          "scores": rounded(found.values[0]), "by_chance": float(np.abs(found.values[0] - again.values[0]).max())})
    return cases


# ---- means over seeds --------------------------------------------------------------------------------------------------

class Masked:
    """The model on one sentence whose words are present or replaced by [MASK]; each mask is evaluated once."""
    def __init__(self, sentiment, text):
        self.sentiment, self.text, self.known = sentiment, text, {}
        encoded = sentiment.tokenizer(text, return_offsets_mapping=True)
        self.ids, self.words = np.array(encoded["input_ids"]), encoded.word_ids()
        self.count = 1 + max(w for w in self.words if w is not None)
        self.spans = [[len(text), 0] for _ in range(self.count)]
        for word, (begin, end) in zip(self.words, encoded["offset_mapping"]):
            if word is not None:
                self.spans[word] = [min(begin, self.spans[word][0]), max(end, self.spans[word][1])]
        self.label = int(self([[1] * self.count]).argmax())

    def __call__(self, masks):
        masks = [tuple(int(b) for b in mask) for mask in masks]
        unknown = sorted(set(m for m in masks if m not in self.known))
        if unknown:
            rows = [[i if w is None or mask[w] else self.sentiment.tokenizer.mask_token_id for i, w in zip(self.ids, self.words)]
                    for mask in unknown]
            self.known.update(zip(unknown, self.sentiment.logits(rows).numpy()))
        return np.array([self.known[m] for m in masks])


class MaskedString(lime.lime_text.IndexedString):
    """Represents a text without some words by the words that are left, identified by where they begin."""
    def inverse_removing(self, words_to_remove):
        return {int(p) for w in words_to_remove for p in self.string_position(w)}


def lime_mean(masked, samples):
    def probabilities(removed):  # the first is the text itself
        removed = [set() if isinstance(r, str) else r for r in removed]
        logits = masked([[begin not in r for begin, _ in masked.spans] for r in removed])
        exp = np.exp(logits - logits.max(1, keepdims=True))
        return exp / exp.sum(1, keepdims=True)

    total = np.zeros(masked.count)
    original, lime.lime_text.IndexedString = lime.lime_text.IndexedString, MaskedString
    for seed in range(5):
        explainer = lime.lime_text.LimeTextExplainer(random_state=seed, feature_selection="none")
        found = explainer.explain_instance(masked.text, probabilities, labels=(masked.label,), num_features=1000, num_samples=samples)
        for feature, weight in found.local_exp[masked.label]:
            for begin in found.domain_mapper.indexed_string.string_position(feature):
                total[[b for b, _ in masked.spans].index(begin)] += weight / 5
    lime.lime_text.IndexedString = original
    return total


def package_means(dev, models):
    sentiment, cases = Sentiment(models, torch.float32), []
    for text in sentences(dev, 20, 13, 17, sentiment):
        masked, total = Masked(sentiment, text), 0
        lime_scores = lime_mean(masked, 5000)  # the package's default
        explainer = shap.KernelExplainer(lambda masks: masked(masks)[:, masked.label], np.zeros((1, masked.count)))
        for seed in range(5):
            np.random.seed(seed)
            total = total + explainer.shap_values(np.ones((1, masked.count)), nsamples="auto", l1_reg=False, silent=True)[0] / 5  # 2 · words + 2048
        cases.append({"text": text, "label": masked.label, "words": masked.spans, "lime": rounded(lime_scores), "kernel_shap": rounded(total)})
        print(len(cases), text, len(masked.known), flush=True)
    return cases


TEXTS = ["not too fancy, not too filling, not too dull", "it's a charming, charming film", "they don't fit together", "a gorgeous bore: a bore"]


def lime_texts(models):
    sentiment, cases, known = Sentiment(models, torch.float32), [], {}

    def probabilities(texts):
        for text in set(texts) - known.keys():
            known[text] = sentiment.logits([sentiment.tokenizer(text)["input_ids"]])[0].softmax(0).numpy()
        return np.array([known[text] for text in texts])

    for text in TEXTS:
        label, weights = int(probabilities([text])[0].argmax()), {}
        for seed in range(5):
            found = lime.lime_text.LimeTextExplainer(random_state=seed).explain_instance(text, probabilities, labels=(label,))
            for feature, weight in found.local_exp[label]:
                for begin in found.domain_mapper.indexed_string.string_position(feature):
                    weights[int(begin)] = weights.get(int(begin), 0) + weight / 5
        begins = sorted(weights)
        cases.append({"text": text, "label": label, "begins": begins, "scores": rounded([weights[b] for b in begins])})
    return cases


def main():
    dev, models, tests = map(pathlib.Path, sys.argv[1:4])
    makers = {"lime_fits": lime_fits, "partition_trees": partition_trees, "owen_values": owen_values,
              "partition_texts": lambda: partition_texts(dev, models), "package_means": lambda: package_means(dev, models),
              "lime_texts": lambda: lime_texts(models)}
    for name in sys.argv[4:] or makers:
        cases = makers[name]()
        with open(tests / "explain/data" / f"{name}.json", "w", encoding="utf-8") as file:
            file.write("[\n" + ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases) + "\n]\n")
        print(f"{name}: {len(cases)} cases")


if __name__ == "__main__":
    main()
