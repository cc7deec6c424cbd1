#!/usr/bin/env python3
"""The work of a plain server, with PyTorch and Captum: gradient x input of the predicted label or of a given answer.

    peer.py --model DIR --task cls|qa --input FILE --limit N > requests.jsonl

writes for each input a request that limn and peer_server.py both accept, and PyTorch's scores for it:
{"request": {…}, "scores": […], "label": …}. FILE: a TSV file with a column `sentence` (SST-2), or SQuAD's JSON.
"""
import argparse
import csv
import json

import torch
from captum.attr import LayerGradientXActivation
from transformers import AutoModelForQuestionAnswering, AutoModelForSequenceClassification, AutoTokenizer

LONGEST = 384  # tokens: longer contexts would be read in windows


class Peer:
    def __init__(self, folder, task):
        self.task = task
        auto = AutoModelForQuestionAnswering if task == "qa" else AutoModelForSequenceClassification
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        self.model = auto.from_pretrained(folder, torch_dtype=torch.float32).eval()
        words = self.model.get_input_embeddings()
        self.attribution = LayerGradientXActivation(self.value, words)

    def value(self, ids, mask, types, start, end):
        out = self.model(input_ids=ids, attention_mask=mask, token_type_ids=types)
        if self.task == "cls":
            return out.logits.max(-1).values
        return out.start_logits[:, start] + out.end_logits[:, end]

    def encode(self, request):
        if self.task == "cls":
            return self.tokenizer(request["text"], truncation=True, return_tensors="pt")
        return self.tokenizer(request["question"], request["context"], return_tensors="pt")

    def explain(self, request):
        encoding = self.encode(request)
        start, end = map(int, request["target"].split(":")) if self.task == "qa" else (0, 0)
        ids, mask = encoding["input_ids"], encoding["attention_mask"]
        types = encoding.get("token_type_ids", torch.zeros_like(ids))
        product = self.attribution.attribute(ids, additional_forward_args=(mask, types, start, end))
        prediction = {}
        if self.task == "cls":
            with torch.no_grad():
                probabilities = self.model(**encoding).logits.softmax(-1)[0]
            index = int(probabilities.argmax())
            prediction = {"label": self.model.config.id2label[index], "probability": float(probabilities[index])}
        scores = product.sum(-1)[0].tolist()
        tokens = self.tokenizer.convert_ids_to_tokens(ids[0].tolist())
        return {"prediction": prediction, "tokens": [{"token": t, "score": s} for t, s in zip(tokens, scores)]}

    def answer(self, request):
        """START:END of the most likely answer, or None if start and end do not form a valid span."""
        encoding = self.encode(request)
        if encoding["input_ids"].shape[1] > LONGEST:
            return None
        with torch.no_grad():
            out = self.model(**encoding)
        context = encoding["token_type_ids"][0] == 1
        start = int(out.start_logits[0].masked_fill(~context, -1e9).argmax())
        end = int(out.end_logits[0].masked_fill(~context, -1e9).argmax())
        return f"{start}:{end}" if start <= end < start + 30 and end < encoding["input_ids"].shape[1] - 1 else None


def inputs(task, file):
    with open(file, encoding="utf-8") as stream:
        if task == "cls":
            for row in csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE):
                yield {"text": row["sentence"]}
            return
        for article in json.load(stream)["data"]:
            for paragraph in article["paragraphs"]:
                for question in paragraph["qas"]:
                    yield {"question": question["question"], "context": paragraph["context"]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--task", choices=["cls", "qa"], required=True)
    parser.add_argument("--input", required=True)
    parser.add_argument("--limit", type=int, default=800)
    a = parser.parse_args()
    torch.set_num_threads(1)
    peer, written, seen = Peer(a.model, a.task), 0, set()
    for one in inputs(a.task, a.input):
        key = json.dumps(one)
        if written == a.limit:
            break
        if key in seen:
            continue
        seen.add(key)
        request = {**one, "method": "gradient-x-input"}
        if a.task == "qa":
            target = peer.answer(request)
            if target is None:
                continue
            request["target"] = target
        explained = peer.explain(request)
        print(json.dumps({"request": request, "scores": [t["score"] for t in explained["tokens"]],
                          "label": explained["prediction"].get("label")}))
        written += 1


if __name__ == "__main__":
    main()
