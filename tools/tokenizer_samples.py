"""Texts and small tokenizers of each kind for make_tokenizer_cases.py, and loading of tokenizer files by the packages."""
import json
import pathlib

import sentencepiece
import transformers
from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
from transformers import BertTokenizer
from transformers.convert_slow_tokenizer import AlbertConverter, DebertaV2Converter

ROOT = pathlib.Path(__file__).resolve().parent.parent
DATA = ROOT / "tests/text/data"


def encodable(text):
    return not any(0xD800 <= ord(c) < 0xE000 for c in text)


class Original:
    """The attributes that transformers' converters require of the tokenizer that they convert."""

    def __init__(self, file, options):
        self.vocab_file = str(file)
        self.processor = sentencepiece.SentencePieceProcessor(self.vocab_file)
        self.convert_tokens_to_ids = self.processor.piece_to_id
        self.__dict__.update({"keep_accents": False, "do_lower_case": False, "split_by_punct": False, **options})


def converted(converter, file, options):
    """Converts with transformers' converter and adds the special tokens of its tokenizer. Two things differ:
    text is split at white space first, as in the published tokenizer.json files, so that trailing white space gives no piece;
    and user-defined symbols are ordinary pieces, so that the text after them does not begin a word (as in sentencepiece)."""
    tokenizer = json.loads(converter(Original(file, options)).converted().to_str())
    tokenizer["added_tokens"] = []
    tokenizer = Tokenizer.from_str(json.dumps(tokenizer))
    if converter is AlbertConverter:
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
        tokenizer.add_special_tokens(["<pad>", "<unk>", "[CLS]", "[SEP]", AddedToken("[MASK]", lstrip=True)])
    else:
        tokenizer.add_special_tokens(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])
    return tokenizer


def older(folder, options):
    """Loads a SentencePiece model, or vocab.json and merges.txt, with transformers."""
    name = options["tokenizer_class"].removesuffix("Fast")
    models = list(folder.glob("*.model"))
    if name in ("AlbertTokenizer", "DebertaV2Tokenizer"):
        converter = AlbertConverter if name == "AlbertTokenizer" else DebertaV2Converter
        return converted(converter, models[0], {"do_lower_case": name == "AlbertTokenizer", **options})
    return getattr(transformers, name).from_pretrained(str(folder))._tokenizer


def load(folder):
    """Loads tokenizer.json with `tokenizers`, or older files with transformers."""
    if (folder / "tokenizer.json").exists():
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    elif not (folder / "vocab.txt").exists():
        tokenizer = older(folder, json.loads((folder / "tokenizer_config.json").read_text()))
    else:
        config = folder / "tokenizer_config.json"
        options = json.loads(config.read_text()) if config.exists() else {}
        options.pop("tokenizer_class", None)
        tokenizer = BertTokenizer(vocab=str(folder / "vocab.txt"), **options)._tokenizer
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


NASTY = [
    "", " ", " \t\r\n ", "\u00a0\u2003\u3000", "\u200b\u200d\ufeff", "\u00ad", "a", "Hello, World!", "\ufffd", "a\ufffdb", "x\u0000y", "\u0007bell",
    "soft\u00adhyphen", "no\u00a0break", "line\u2028separator\u2029paragraph\u0085next", "tab\tand\nnewline\r\nand \x0b\x0c\x1c\x1f",
    "👨‍👩‍👧‍👦 family", "👩🏽‍🚀👩🏾‍❤️‍💋‍👨🏿", "🏴󠁧󠁢󠁥󠁮󠁧󠁿 flag", "🇫🇷🇩🇪", "1️⃣2️⃣", "☺️☺", "e\u0301\u0301\u0327", "e\u0327\u0301", "\u0301start", "a\u0315\u0300\u05ae\u0062",
    "Z̷̢a͟l̡g͢o̵ t̸e̷x̶t̴", "ÀÉÎÕÜ àéîõü Åå ÇçÑñ", "ﬁ ﬂ ﬀ ﬃ ㎏ ℵ Ω Å", "İstanbul ISTANBUL ıstanbul", "ΣΊΣΥΦΟΣ Ὀδυσσεύς", "straße STRASSE ẞ", "ǅǆǄ",
    "中文字符", "日本語のテキスト、漢字とかな。", "한국어 텍스트", "abc中文def", "𠀀𪛖𫜵𫠝丽", "中 ,文", "שלום עולם", "نصٌّ عربيٌّ مَع تَشكيل", "אַבִּיג \u202bRTL\u202c \u200f.", "हिन्दी पाठ", "ภาษาไทย", "བོད་ཡིག", "ఆంధ్ర",
    "x" * 99, "x" * 100, "x" * 101, "é" * 100, "é" * 101, "a" * 100 + " " + "b" * 101 + ".", "\u0301" * 150, "e\u0301" * 100,
    "[MASK]", "The [MASK] sat.", "a[MASK]b", "[SEP]x", "x[SEP]", "[CLS][SEP][PAD][UNK][MASK]", "[mask]", "[ MASK ]", "[MASK", "MASK]", "[[MASK]]", "[MASK] [MASK]\u200b[MASK]", "\u200b[MASK]", "##ing", "un##able", "[unused1]",
    "don't can't I'm we've", "U.S.A. e.g. i.e. 3.14 $1,000.50 50%", "user@example.com https://example.com/a?b=c&d=e#f", "a--b—c–d…e", "“quotes” ‘single’ «guillemets» „low“", "<script>alert('x')</script>", "{\"json\": [1, 2]}", "\\n \\u0041 \\",
    "@user #hashtag RT :) :-( <3", "snake_case camelCase kebab-case", "½ ² ³ ₄ ① Ⅷ ٣", "a\u2060b\u180eb", "\ue000private\uf8ff", "\U000e0001\U000e0041tag", "\U0010ffff", "\u1734\u166d\U000111c9\U00011938", "\u2e43\u2e52\u09fd", "\u1abf\u08d3a\u1df6\u0301", "\U00010d50\ua7cb\U00016ea0",
    "٪؟،؛", "¿Qué? ¡Sí!", "100 000,50 €", "ﷺ", "Ǆ̌̂", "ཱི ཱུ", "\u0f73\u0f71\u0f72", "\u0344", "\u212b\u0041\u030a\u00c5", "각각\u1100\u1161\u11a8",
    "Achaemenid Macedonia was a vassal of Persia; antidisestablishmentarianism, floccinaucinihilipilification.",
]
QUESTIONS = [
    ("Macedonia was under the rule of which country?", "Macedonia was a vassal of Persia, later a subordinate part of the Achaemenid empire, until 479 BC."),
    ("Who wrote “Les Misérables”?", "Victor Hugo (1802–1885) wrote «Les Misérables» – published in 1862. 雨果 wrote it in French."),
    ("", "No question here."), ("No context here?", ""), ("", ""), ("Where?", "\u200b \u00a0"), ("[MASK]?", "It is [SEP] the [MASK]."),
    ("What is it?", "word " * 200), ("How long is this question, and does it leave any room for the context at all?", "Hardly any. " * 30),
    ("x" * 101 + "?", "é" * 101 + " 👨‍👩‍👧‍👦. " * 20),
]
SPACES = [" a", "a ", "  two  blanks  ", "\n\nlines\r\n\tand\ttabs ", "a <mask> b<mask> <mask>", "</s><s>", "a[MASK] [MASK]  ", "it's I'M we'll they've 'tis", "x=1234.5e-6; y[0]+=~7",
          "In 2015, on 3,000 days,", "(a)-b \"c\" d.e–f £5 €6", "``quoted'' text", "ŋoŋ 𝔘nicode ½ ﬁn Å é e\u0301 ｆｕｌｌ", "\u2581a \u2581 b\u2581", "日本 語。 ab中c", "\u3000wide\u00a0space\u2003", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "१२३ ٣٤ Ⅷ ②"]


def corpus():
    texts = [text for pair in QUESTIONS for text in pair] + NASTY + SPACES
    return [text for text in texts if encodable(text) and text.strip()] + (ROOT / "README.md").read_text().split("\n")


def trained(model, splitter, size, specials, normalizer=None, **options):
    tokenizer = Tokenizer(model)
    tokenizer.pre_tokenizer = splitter
    if normalizer:
        tokenizer.normalizer = normalizer
    kind = trainers.UnigramTrainer if isinstance(model, models.Unigram) else trainers.BpeTrainer
    tokenizer.train_from_iterator(corpus(), kind(vocab_size=size, special_tokens=specials, show_progress=False, **options))
    return tokenizer


def component_folders():
    """Writes a tokenizer.json for each set of components that published encoders use."""
    byte_level, alphabet = pre_tokenizers.ByteLevel, pre_tokenizers.ByteLevel.alphabet()
    roberta_tokens = ["<s>", "<pad>", "</s>", "<unk>"]
    bert_tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    bytes_of_pieces = [f"<0x{byte:02X}>" for byte in range(256)]
    result = {}

    result["roberta"] = t = trained(models.BPE(), byte_level(add_prefix_space=True), 500, roberta_tokens, initial_alphabet=alphabet)
    t.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), trim_offsets=True, add_prefix_space=True)
    t.add_special_tokens([AddedToken("<mask>", lstrip=True)])

    pattern = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
    split = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(pattern), "isolated"), byte_level(add_prefix_space=False, use_regex=False)])
    result["split"] = t = trained(models.BPE(ignore_merges=True), split, 500, bert_tokens, normalizers.NFC(), initial_alphabet=alphabet)
    template = processors.TemplateProcessing("[CLS] $A [SEP]", "[CLS] $A [SEP] $B [SEP]", [("[CLS]", 2), ("[SEP]", 3)])
    t.post_processor = processors.Sequence([processors.ByteLevel(add_prefix_space=False, trim_offsets=True), template])

    result["suffix"] = t = trained(models.BPE(unk_token="[UNK]", fuse_unk=True, end_of_word_suffix="</w>"), pre_tokenizers.Whitespace(), 400, bert_tokens,
                                   normalizers.Sequence([normalizers.NFKD(), normalizers.StripAccents(), normalizers.Lowercase()]),
                                   end_of_word_suffix="</w>", limit_alphabet=60)
    t.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))

    between = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Punctuation("contiguous"), pre_tokenizers.Digits(individual_digits=True)])
    result["prefix"] = t = trained(models.BPE(unk_token="[UNK]", continuing_subword_prefix="##"), between, 400, bert_tokens,
                                   normalizers.NFKC(), continuing_subword_prefix="##", limit_alphabet=60)
    t.post_processor = template

    # As in Llama: normalizers handle spaces, no pre-tokenizer, byte fallback for unknown characters.
    result["bytes"] = t = trained(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True), None, 600, [*roberta_tokens, *bytes_of_pieces],
                                  normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]), limit_alphabet=50)
    t.post_processor = processors.TemplateProcessing("<s> $A", "<s> $A <s> $B:1", [("<s>", 0)])

    strange = pre_tokenizers.Sequence([pre_tokenizers.Split(" ", "merged_with_next"), pre_tokenizers.Split(Regex("[,;.]+"), "merged_with_previous"),
                                       pre_tokenizers.Split(Regex(r"[^\d]+"), "contiguous", invert=True), pre_tokenizers.Split("a", "removed"),
                                       pre_tokenizers.Digits()])
    result["delimiters"] = t = trained(models.BPE(unk_token="[UNK]"), strange, 300, bert_tokens, normalizers.Nmt(), limit_alphabet=80)
    t.post_processor = template

    metaspace = pre_tokenizers.Metaspace(prepend_scheme="first", split=False)
    result["unigram"] = t = trained(models.Unigram(), metaspace, 500, [*roberta_tokens, *bytes_of_pieces],
                                    normalizers.Sequence([normalizers.Strip(left=False), normalizers.Replace(Regex(r"\s{2,}|[\n\r\t]"), " "), normalizers.NFKC()]),
                                    unk_token="<unk>")
    model = json.loads(t.to_str())
    model["model"]["byte_fallback"] = True
    result["unigram"] = t = Tokenizer.from_str(json.dumps(model))
    t.post_processor = processors.TemplateProcessing("<s> $A </s>", "<s> $A </s> </s> $B </s>", [("<s>", 0), ("</s>", 2)])
    t.add_tokens([AddedToken("lines", single_word=True), AddedToken("QUOTED", rstrip=True)])

    result["normalizer"] = t = trained(models.BPE(), pre_tokenizers.Metaspace(prepend_scheme="never"), 500, bert_tokens,
                                       normalizers.Sequence([normalizers.NFD(), normalizers.ByteLevel()]), initial_alphabet=alphabet)

    folders = {}
    for name, tokenizer in result.items():
        folders[name] = DATA / name
        folders[name].mkdir(exist_ok=True)
        if not (folders[name] / "tokenizer.json").exists():  # training is not reproducible
            tokenizer.save(str(folders[name] / "tokenizer.json"), pretty=False)
    return folders


def older_folders():
    """Writes folders with only a SentencePiece model, or with vocab.json and merges.txt."""
    rules = {"ﬁ": "fi", "½": "1/2", "é": "e", "e\u0301": "e", "\u0301": "", "…": "...", "\t": " ", "\n": " ", "\r": " ", "\u3000": " ", "\u00a0": " ", "\u200b": "", "ｆ": "f", "ｕ": "u", "ｌ": "l", "Å": "A"}
    rule_file = DATA / "rules.tsv"
    rule_file.write_text("".join(f"{' '.join(f'{ord(c):X}' for c in a)}\t{' '.join(f'{ord(c):X}' for c in b)}\n" for a, b in rules.items()))
    mask = {"content": "<mask>", "lstrip": True, "rstrip": False, "normalized": False, "single_word": False, "__type": "AddedToken"}
    kinds = {
        "albert-spiece": ("spiece.model", {"tokenizer_class": "AlbertTokenizer"},
                          dict(pad_id=0, unk_id=1, bos_id=-1, eos_id=-1, pad_piece="<pad>", control_symbols="[CLS],[SEP],[MASK]", user_defined_symbols='(,),",-,.,–,£,€')),
        "deberta-v2-spiece": ("spm.model", {"tokenizer_class": "DebertaV2TokenizerFast", "do_lower_case": True, "split_by_punct": True},
                              dict(pad_id=0, bos_id=1, eos_id=2, unk_id=3, pad_piece="[PAD]", bos_piece="[CLS]", eos_piece="[SEP]", unk_piece="[UNK]")),
        "xlm-roberta-spiece": ("sentencepiece.bpe.model", {"tokenizer_class": "XLMRobertaTokenizer", "mask_token": mask}, {}),
        "camembert-spiece": ("sentencepiece.bpe.model", {"tokenizer_class": "CamembertTokenizer"}, {}),
        "t5-spiece": ("spiece.model", {"tokenizer_class": "T5Tokenizer", "extra_ids": 5}, dict(pad_id=0, eos_id=1, unk_id=2, bos_id=-1)),
    }
    folders = {}
    for name, (file, config, options) in kinds.items():
        folder = folders[name] = DATA / name
        folder.mkdir(exist_ok=True)
        with open(folder / file, "wb") as out:
            sentencepiece.SentencePieceTrainer.train(sentence_iterator=iter(corpus()), model_writer=out, vocab_size=400, hard_vocab_limit=False, minloglevel=2,
                                                     normalization_rule_tsv=str(rule_file), num_threads=1, character_coverage=0.98, **options)
        (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=1) + "\n")
    rule_file.unlink()

    # The same as a tokenizer.json, in the spelling of old versions.
    folder = folders["precompiled"] = DATA / "precompiled"
    folder.mkdir(exist_ok=True)
    content = json.loads(load(folders["xlm-roberta-spiece"]).to_str())
    content["pre_tokenizer"]["pretokenizers"][1] = {"type": "Metaspace", "replacement": "▁", "str_rep": "▁", "add_prefix_space": True}
    del content["model"]["type"], content["model"]["byte_fallback"]
    (folder / "tokenizer.json").write_text(json.dumps(content, ensure_ascii=False) + "\n")

    folder = folders["roberta-files"] = DATA / "roberta-files"
    folder.mkdir(exist_ok=True)
    Tokenizer.from_file(str(DATA / "roberta/tokenizer.json")).model.save(str(folder))
    vocabulary = json.loads((folder / "vocab.json").read_text())
    vocabulary["<mask>"] = len(vocabulary)
    (folder / "vocab.json").write_text(json.dumps(vocabulary))
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "RobertaTokenizer", "mask_token": mask}, indent=1) + "\n")
    return folders
