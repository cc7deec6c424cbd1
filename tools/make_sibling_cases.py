#!/usr/bin/env python3
"""Writes tests/text/siblings.json: what transformers' AutoTokenizer makes of a tokenizer.json and the files beside it.

Needs transformers 5.24 (Python 3.11). Each case has the files of a folder ("tokenizer" names one of the shared
tokenizers), and of every text the ids and offsets that AutoTokenizer gives."""
import copy, json, pathlib, tempfile

from tokenizers import AddedToken, Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import AutoTokenizer
from transformers.utils import logging

logging.set_verbosity_error()
OUT = pathlib.Path(__file__).parent.parent / "tests/text/siblings.json"
WORDS = "[PAD] [UNK] [CLS] [SEP] [MASK] hello Hello caf café cafe 中 文 中文 a b ##e ##é x".split()
BYTES = sorted(pre_tokenizers.ByteLevel.alphabet())
PIECES = ["<s>", "<pad>", "</s>", "<unk>", "▁", "▁hello", "hello", "Hello", "▁Hello", "▁a", "a", "b", "▁b", "é", "e", ",", "[CLS]", "[SEP]",
          "[MASK]", "[UNK]", "[PAD]", "<mask>", "\"", "fi", "``", "''"]


def wordpiece(lowercase, added=(), **more):
    t = Tokenizer(models.WordPiece({w: i for i, w in enumerate(WORDS)}, unk_token="[UNK]"))
    t.normalizer = normalizers.BertNormalizer(lowercase=lowercase, **more)
    t.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    t.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1",
                                                     special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    t.add_special_tokens(list(added))
    return json.loads(t.to_str())


def byte_level(pre_tokenizer):
    vocab = {p: i for i, p in enumerate(["<s>", "<pad>", "</s>", "<unk>", "<mask>"] + BYTES)}
    merges = []
    for word in ("Ġhello", "hello"):
        left = word[0]
        for letter in word[1:]:
            if (left, letter) not in merges: merges.append((left, letter))
            left += letter
            vocab.setdefault(left, len(vocab))
    t = Tokenizer(models.BPE(vocab, merges))
    t.pre_tokenizer = pre_tokenizer
    t.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), trim_offsets=True, add_prefix_space=False)
    t.add_special_tokens(["<s>", "<pad>", "</s>", "<unk>", AddedToken("<mask>", lstrip=True)])
    return json.loads(t.to_str())


def unigram(cls, sep, unknown, normalizer=None):
    t = Tokenizer(models.Unigram([(p, 0.0 if p[0] in "<[" else -2.0 - 0.01 * i) for i, p in enumerate(PIECES)],
                                 unk_id=PIECES.index(unknown)))
    if normalizer: t.normalizer = normalizer
    t.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    t.post_processor = processors.TemplateProcessing(
        single=f"{cls} $A {sep}", pair=f"{cls} $A {sep} $B {sep}",
        special_tokens=[(cls, PIECES.index(cls)), (sep, PIECES.index(sep))])
    t.add_special_tokens([cls, sep, unknown])
    return json.loads(t.to_str())


TOKENIZERS = {
    "uncased": wordpiece(True), "cased": wordpiece(False), "marked": wordpiece(False, ["[MASK]", "[E1]"]),
    "accents": wordpiece(False, strip_accents=True), "bytes": byte_level(pre_tokenizers.ByteLevel(add_prefix_space=False)),
    "prefixed": byte_level(pre_tokenizers.ByteLevel(add_prefix_space=True)),
    "words": byte_level(pre_tokenizers.Sequence([pre_tokenizers.Whitespace(), pre_tokenizers.ByteLevel(add_prefix_space=True)])),
    "fairseq": unigram("<s>", "</s>", "<unk>"), "albert": unigram("[CLS]", "[SEP]", "<unk>"),
    "deberta": unigram("[CLS]", "[SEP]", "[UNK]", normalizers.Sequence([normalizers.Strip(), normalizers.NFKC()])),
}
BERT = ["Hello café 中文", "hello [MASK] [E1] x", "Hello é"]
ROBERTA = ["hello hello", " hello <mask> Hello"]
SPIECE = ["Hello hello, a", "``é'' b", "a,b fi"]


def token(content, **more): return {"content": content, "lstrip": False, "rstrip": False, "normalized": False, "single_word": False, **more}


CASES = [  # name, tokenizer, model_type, texts, tokenizer_config.json, other files
    ("NoTokenizerConfigMeansTheClassOfTheModelType", "cased", "bert", BERT, None, {}),
    ("DistilBertLowercasesByDefault", "cased", "distilbert", BERT, None, {}),
    ("GenericClassKeepsTokenizerJson", "cased", "bert", BERT, {"tokenizer_class": "PreTrainedTokenizerFast", "do_lower_case": True}, {}),
    ("BackendClassKeepsTokenizerJson", "cased", "bert", BERT, {"tokenizer_class": "TokenizersBackend", "do_lower_case": True}, {}),
    ("UnknownClassKeepsTokenizerJson", "cased", "bert", BERT, {"tokenizer_class": "MyTokenizer"}, {}),
    ("ModernBertKeepsTokenizerJson", "prefixed", "modernbert", ROBERTA, {"tokenizer_class": "RobertaTokenizer", "add_prefix_space": False}, {}),
    ("ClassOfConfigJsonCountsWithoutAnother", "cased", "bert", BERT, {"do_lower_case": True}, {"config.json": {"model_type": "bert", "tokenizer_class": "PreTrainedTokenizerFast"}}),
    ("TokenizerConfigBeatsTheClassOfConfigJson", "cased", "bert", BERT, {"tokenizer_class": "BertTokenizer"}, {"config.json": {"model_type": "bert", "tokenizer_class": "PreTrainedTokenizerFast"}}),
    ("FastIsTheSameClass", "uncased", "bert", BERT, {"tokenizer_class": "BertTokenizerFast", "do_lower_case": False}, {}),
    ("ClassOfAnotherFamilyCounts", "cased", "electra", BERT, {"tokenizer_class": "DistilBertTokenizer", "do_lower_case": True}, {}),
    ("LowerCaseFalse", "uncased", "bert", BERT, {"tokenizer_class": "BertTokenizer", "do_lower_case": False}, {}),
    ("LowerCaseTrue", "cased", "bert", BERT, {"tokenizer_class": "BertTokenizer", "do_lower_case": True}, {}),
    ("StripAccentsFalse", "uncased", "bert", BERT, {"do_lower_case": True, "strip_accents": False}, {}),
    ("StripAccentsTrue", "cased", "bert", BERT, {"do_lower_case": False, "strip_accents": True}, {}),
    ("StripAccentsOfTokenizerJsonDoNotCount", "accents", "bert", BERT, {"do_lower_case": False}, {}),
    ("ChineseCharsFalse", "uncased", "bert", BERT, {"tokenize_chinese_chars": False}, {}),
    ("PrefixSpaceTrue", "bytes", "roberta", ROBERTA, {"tokenizer_class": "RobertaTokenizer", "add_prefix_space": True}, {}),
    ("PrefixSpaceFalseByDefault", "prefixed", "roberta", ROBERTA, {}, {}),
    ("OtherPreTokenizerIsReplaced", "words", "roberta", ROBERTA, {"tokenizer_class": "RobertaTokenizer", "add_prefix_space": True}, {}),
    ("TrimOffsetsFalse", "bytes", "roberta", ROBERTA, {"trim_offsets": False}, {}),
    ("XlmRobertaPrefixSpaceFalse", "fairseq", "xlm-roberta", SPIECE, {"tokenizer_class": "XLMRobertaTokenizer", "add_prefix_space": False}, {}),
    ("CamembertPrefixSpaceFalse", "fairseq", "camembert", SPIECE, {"add_prefix_space": False}, {}),
    ("AlbertLowerCaseTrueByDefault", "albert", "albert", SPIECE, {}, {}),
    ("AlbertLowerCaseFalse", "albert", "albert", SPIECE, {"do_lower_case": False, "keep_accents": True}, {}),
    ("DebertaReplacesTheNormalizer", "deberta", "deberta-v2", SPIECE + ["ﬁ  b "], {}, {}),
    ("DebertaLowerCaseTrue", "deberta", "deberta-v2", SPIECE, {"do_lower_case": True, "split_by_punct": True}, {}),
    ("DebertaPrefixSpaceFalse", "deberta", "deberta-v2", SPIECE, {"add_prefix_space": False}, {}),
    ("SpecialTokensOfTheClassAreAdded", "cased", "bert", BERT, {"do_lower_case": False}, {}),
    ("SpecialTokensOfTheConfigAreAdded", "cased", "bert", BERT, {"tokenizer_class": "PreTrainedTokenizerFast", "mask_token": "[MASK]", "eos_token": "x"}, {}),
    ("ClassTokensOfTheConfigAreUsed", "cased", "bert", BERT, {"do_lower_case": False, "cls_token": "a", "sep_token": "b", "unk_token": "x"}, {}),
    ("SpecialTokensMapBeatsTheConfig", "cased", "bert", BERT, {"cls_token": "a", "mask_token": "x"}, {"special_tokens_map.json": {"cls_token": "b", "additional_special_tokens": ["[E1]"]}}),
    ("DecoderSwitchesOffTheSpecialTokensMap", "cased", "bert", BERT, {"cls_token": "a", "added_tokens_decoder": {"0": token("[PAD]", special=True)}}, {"special_tokens_map.json": {"cls_token": "b", "mask_token": "x"}}),
    ("AddedTokensJsonIsRead", "cased", "bert", BERT, None, {"added_tokens.json": {"[E1]": 90}}),
    ("DecoderSwitchesOffAddedTokensJson", "cased", "bert", BERT, {"added_tokens_decoder": {}}, {"added_tokens.json": {"[E1]": 18}}),
    ("DecoderReplacesTheTokensOfTokenizerJson", "marked", "bert", BERT, {"added_tokens_decoder": {}}, {}),
    ("DecoderAddsToAGenericTokenizerJson", "marked", "bert", BERT, {"tokenizer_class": "PreTrainedTokenizerFast", "added_tokens_decoder": {"18": token("[E1]", special=True) | {"lstrip": True}, "17": token("x")}}, {}),
    ("AddedTokensOfTokenizerJsonStay", "marked", "bert", BERT, None, {}),
    ("AdditionalSpecialTokensAreAdded", "cased", "bert", BERT, {"additional_special_tokens": ["[E1]"]}, {}),
    ("ExtraSpecialTokensAreAdded", "cased", "bert", BERT, {"tokenizer_class": "PreTrainedTokenizerFast", "extra_special_tokens": ["[E1]"]}, {}),
    ("ListOfTheConfigHidesTheOldListOfTheMap", "cased", "bert", BERT, {"additional_special_tokens": []}, {"special_tokens_map.json": {"additional_special_tokens": ["[E1]"]}}),
    ("EmptyExtraTokensHideTheOldListOfTheMap", "cased", "bert", BERT, {"extra_special_tokens": []}, {"special_tokens_map.json": {"additional_special_tokens": ["[E1]"]}}),
    ("ExtraTokensByRoleHideNoList", "cased", "bert", BERT, {"extra_special_tokens": {"image_token": "x"}, "additional_special_tokens": ["[E1]"]}, {}),
    ("ExtraTokensHideTheOldList", "cased", "bert", BERT, {"extra_special_tokens": ["x"], "additional_special_tokens": ["[E1]"]}, {}),
    ("ExtraTokensOfBothFilesAreAdded", "cased", "bert", BERT, {"extra_special_tokens": ["x"]}, {"special_tokens_map.json": {"extra_special_tokens": ["[E1]"]}}),
    ("TextOfTheMapHasTheFlagsOfTheClass", "uncased", "bert", BERT, {"do_lower_case": False, "mask_token": token("[MASK]", lstrip=True, single_word=True, __type="AddedToken")}, {"special_tokens_map.json": {"mask_token": "[MASK]"}}),
    ("AddBosTokenDoesNotCount", "cased", "bert", BERT, {"tokenizer_class": "PreTrainedTokenizerFast", "add_bos_token": True, "bos_token": "a"}, {}),
    ("MaximumLengthIsRead", "cased", "bert", BERT, {"model_max_length": 7}, {}),
    ("OldNameOfTheMaximumLengthIsRead", "cased", "bert", BERT, {"max_len": 9}, {}),
    ("MaximumLengthNullMeansNone", "cased", "bert", BERT, {"model_max_length": None}, {}),
    ("MaskTokenNullMeansNone", "marked", "bert", BERT, {"mask_token": None, "do_lower_case": False}, {}),
    ("MaskTokenNullOfAlbertMeansNone", "albert", "albert", ["hello [MASK] a", "a [PAD]"], {"mask_token": None}, {}),
    ("PadTokenNullMeansNone", "cased", "bert", ["hello [PAD] x", "[PAD]"], {"pad_token": None}, {}),
    ("MaskTokenNullOfTheMapMeansNone", "cased", "bert", BERT, {}, {"special_tokens_map.json": {"mask_token": None}}),
    ("MaskTokenNullBesideTokenizerJson", "marked", "bert", BERT, {"tokenizer_class": "PreTrainedTokenizerFast", "mask_token": None}, {}),
    ("MaximumLengthNullHidesTheOldName", "cased", "bert", BERT, {"model_max_length": None, "max_len": 9}, {}),
    ("OtherFilesDoNotCount", "cased", "bert", BERT, {"do_lower_case": False, "model_max_length": 8}, {"sentence_bert_config.json": {"max_seq_length": 5, "do_lower_case": True}, "generation_config.json": {"max_length": 4}}),
]

rows = []
for name, tokenizer, model_type, texts, config, others in CASES:
    files = {"config.json": {"model_type": model_type}, **copy.deepcopy(others)}
    if config is not None: files["tokenizer_config.json"] = config
    with tempfile.TemporaryDirectory() as folder:
        for file, content in {**files, "tokenizer.json": TOKENIZERS[tokenizer]}.items():
            (pathlib.Path(folder) / file).write_text(json.dumps(content))
        t = AutoTokenizer.from_pretrained(folder)
        expected = []
        for text in texts:
            e = t(text, return_offsets_mapping=True)
            at = [len(text[:i].encode()) for i in range(len(text) + 1)]
            expected.append({"text": text, "ids": e["input_ids"], "offsets": [at[i] for pair in e["offset_mapping"] for i in pair]})
        rows.append({"name": name, "tokenizer": tokenizer, "files": files, "expected": expected,
                     "max_length": t.model_max_length if t.model_max_length < 1e9 else None})
with OUT.open("w") as out:  # one line per tokenizer and case
    out.write('{"tokenizers": {\n')
    out.write(",\n".join(f"{json.dumps(k)}: {json.dumps(v, separators=(',', ':'))}" for k, v in TOKENIZERS.items()))
    out.write('},\n"cases": [\n' + ",\n".join(json.dumps(r, ensure_ascii=False) for r in rows) + "]}\n")
print(len(rows), "cases")
