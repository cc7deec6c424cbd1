"""Predictions in the form of transformers' pipelines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._model import Model

# What the decoder of WordPiece tokens replaces (tokenizers, decoders/wordpiece.rs), in this order.
_CLEANED = [
    (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"),
    (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
]  # fmt: skip

_SPECIAL = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "<s>", "</s>", "<pad>", "<unk>", "<mask>"}


def _byte_letters() -> dict[str, int]:
    """The letters that stand for bytes in byte-level vocabularies, such as Ġ for a space (GPT-2, encoder.py)."""
    same = [*range(33, 127), *range(161, 173), *range(174, 256)]
    moved = [byte for byte in range(256) if byte not in same]
    return {**{chr(byte): byte for byte in same}, **{chr(256 + index): byte for index, byte in enumerate(moved)}}


_BYTES = _byte_letters()


def _token_text(token: str, byte_level: bool) -> str:
    """Returns a single token as text."""
    if byte_level and all(letter in _BYTES for letter in token):
        return bytes(_BYTES[letter] for letter in token).decode("utf-8", errors="replace")
    return token.replace("▁", "")


def decode(tokens: list[str], texts: list[str]) -> str:
    """Returns tokens as text, as the tokenizer's decoder does. `texts`: what each token covers in the input."""
    if any(token.startswith("##") for token in tokens) or not any(token[:1] in "Ġ▁" for token in tokens if token):
        result = ""
        for index, token in enumerate(tokens):
            # The first token keeps its ##, as there.
            piece = token if index == 0 else token[2:] if token.startswith("##") else " " + token
            for found, replacement in _CLEANED:
                piece = piece.replace(found, replacement)
            result += piece
        return result
    # Byte-level tokens (Ġ) and SentencePiece's (▁) are pieces of the text itself.
    result = "".join(" " * (token[:1] in "Ġ▁") + text for token, text in zip(tokens, texts))
    return result.removeprefix(" ") if tokens[0].startswith("▁") else result


def labels(prediction: dict[str, Any]) -> list[dict[str, Any]]:
    """Returns every label with its score, best first."""
    scores = prediction.get("probabilities") or prediction.get("values") or {}
    ranked = [{"label": label, "score": float(score)} for label, score in scores.items()]
    return sorted(ranked, key=lambda item: -float(item["score"]))


def entities(model: Model, result: dict[str, Any]) -> list[dict[str, Any]]:
    """Returns the entities: entity_group, score, word, start, end."""
    found = result["prediction"]["entities"]
    if not found:
        return []
    text = result["input"]["text"]
    tokens = model.tokenize(text)["tokens"]
    shown = []
    for entity in found:
        part = tokens[entity["start_token"] : entity["end_token"] + 1]
        covered = [text[t["begin"] : t["end"]] for t in part]
        if entity["end_token"] + 1 >= len(tokens):  # in a later window of a long text
            part = [t for t in model.tokenize(entity["text"])["tokens"] if not t["special"]]
            covered = [entity["text"][t["begin"] : t["end"]] for t in part]
        shown.append(
            {
                "entity_group": entity["label"],
                "score": entity["probability"],
                "word": decode([t["token"] for t in part], covered),
                "start": entity["begin"],
                "end": entity["end"],
            }
        )
    return shown


def token_labels(model: Model, result: dict[str, Any], ignored: tuple[str, ...] = ("O",)) -> list[dict[str, Any]]:
    """Returns the label of each token that the model reads at once: entity, score, index, word, start, end."""
    tokens = model.tokenize(result["input"]["text"])["tokens"]
    return [
        {
            "entity": found["label"],
            "score": found["probability"],
            "index": found["token"],
            "word": tokens[found["token"]]["token"],
            "start": tokens[found["token"]]["begin"],
            "end": tokens[found["token"]]["end"],
        }
        for found in result["prediction"]["tokens"]
        if found["label"] not in ignored
        and found["token"] < len(tokens)
        and not tokens[found["token"]]["special"]
    ]


def fills(model: Model, result: dict[str, Any]) -> list[list[dict[str, Any]]]:
    """Returns for each mask token its fills: score, token, token_str, sequence."""
    text = result["input"]["text"]
    tokens = list(model.tokenize(text)["tokens"])
    masks = result["prediction"]["masks"]
    # transformers leaves special tokens out, unless that would hide another mask.
    single = len(masks) == 1
    shown = []
    for mask in masks:
        options = []
        seen = [token["token"] for token in [*tokens, *mask["fills"]]]
        byte_level = any(token.startswith("Ġ") for token in seen)
        for fill in mask["fills"]:
            pieces, covered = [], []
            said = _token_text(fill["token"], byte_level)
            for position, token in enumerate(tokens):
                if position == mask["token"]:
                    if not single or fill["token"] not in _SPECIAL:
                        pieces.append(fill["token"])
                        covered.append(said.removeprefix(" ") if fill["token"].startswith("Ġ") else said)
                elif token["special"]:
                    pieces += [] if single else [token["token"]]
                    covered += [] if single else [token["token"]]
                else:
                    pieces.append(token["token"])
                    covered.append(text[token["begin"] : token["end"]])
            options.append(
                {
                    "score": fill["probability"],
                    "token": fill["id"],
                    "token_str": said,
                    "sequence": decode(pieces, covered),
                }
            )
        shown.append(options)
    return shown


def answer(found: dict[str, Any]) -> dict[str, Any]:
    """Returns an answer: score, start, end, answer."""
    return {
        "score": found["probability"],
        "start": found["begin"],
        "end": found["end"],
        "answer": found["answer"],
    }


def transformers_result(model: Model, result: dict[str, Any], top: int | None) -> Any:
    """Returns a prediction of `limn predict` in the form of transformers' pipelines."""
    prediction = result["prediction"]
    if model.task == "question-answering":
        if top is not None and top > 1:
            return [answer(found) for found in prediction.get("answers", [prediction])]
        return answer(prediction)
    if model.task == "token-classification":
        return entities(model, result)
    if model.task == "masked-lm":
        masks = fills(model, result)
        return masks[0] if len(masks) == 1 else masks
    return labels(prediction)[0]
