#!/usr/bin/env python3
"""Write texts and the results of the `tokenizers` package, one JSON object per line, for tests/text/cases_test.cc.

    make_tokenizer_cases.py sample                             writes tests/text/data (the committed sample)
    make_tokenizer_cases.py all DATA FOLDER [PART ...]         writes every text of DATA to standard output;
                                                               parts: squad, pairs, windows, sst2, ner, torture, codes
    make_tokenizer_cases.py sentencepiece DATA FOLDER          counts the texts for which sentencepiece and the converted
                                                               tokenizer give different pieces (ALBERT's spiece.model)
    make_tokenizer_cases.py properties                         writes tests/text/data/properties.txt

FOLDER holds tokenizer.json, or vocab.txt with or without tokenizer_config.json, or the older files of other tokenizers. The first line names it; each other line is
    {"text": …, "pair": …, "max_length": …} or {"text": …, "pair": …, "window": [length, stride]} or {"split": [word, …]}
with "expected": a list of encodings (several only for windows)
    {"ids": […], "offsets": [begin, end, begin, …] in bytes, "words": […], -1 for special tokens,
     "type_ids", "special", "sequences": one character per token, "-" for no sequence}
Needs: tokenizers, transformers, sentencepiece, protobuf.
"""
import itertools
import json
import pathlib
import random
import sys
import unicodedata

import sentencepiece
from tokenizers import AddedToken, Regex, normalizers, pre_tokenizers, processors
from transformers import PreTrainedTokenizerFast

from tokenizer_samples import DATA, NASTY, QUESTIONS, ROOT, SPACES, component_folders, encodable, load, older_folders

def byte_positions(text):
    return list(itertools.accumulate((len(c.encode()) for c in text), initial=0))


def expected(encoding, texts, split):
    """texts: those of the sequences, or the words of a text that is already split."""
    positions = [byte_positions(text) for text in texts]
    offsets = []
    for (begin, end), sequence, word in zip(encoding.offsets, encoding.sequence_ids, encoding.word_ids):
        if sequence is None:
            offsets += [0, 0]
        else:
            where = positions[word if split else sequence]
            offsets += [where[begin], where[end]]
    return {"ids": encoding.ids, "offsets": offsets, "words": [-1 if w is None else w for w in encoding.word_ids],
            "type_ids": "".join(map(str, encoding.type_ids)),
            "special": "".join(map(str, encoding.special_tokens_mask)),
            "sequences": "".join("-" if s is None else str(s) for s in encoding.sequence_ids)}


class Cases:
    def __init__(self, tokenizer, out):
        self.tokenizer, self.out = tokenizer, out
        self.fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer)

    def write(self, case, encodings, texts, split=False):
        case["expected"] = [expected(encoding, texts, split) for encoding in encodings]
        # `tokenizers` loses the type ids of the template in all windows but the first.
        types = dict(zip(case["expected"][0]["sequences"], case["expected"][0]["type_ids"]))
        for window in case["expected"][1:]:
            window["type_ids"] = "".join(t if s == "-" else types.get(s, t)
                                         for s, t in zip(window["sequences"], window["type_ids"]))
        print(json.dumps(case, ensure_ascii=False, separators=(",", ":")), file=self.out)

    def plain(self, texts, max_length=None):
        """texts: strings, or pairs of strings."""
        texts = [text for text in texts if encodable("".join(text))]
        if max_length:
            texts = [text for text in texts if max_length >= self.special(text)]
            self.tokenizer.enable_truncation(max_length)
        for begin in range(0, len(texts), 1000):
            batch = texts[begin:begin + 1000]
            for text, encoding in zip(batch, self.tokenizer.encode_batch(batch)):
                case = {"text": text} if isinstance(text, str) else {"text": text[0], "pair": text[1]}
                if max_length:
                    case["max_length"] = max_length
                self.write(case, [encoding], [text] if isinstance(text, str) else text)
        self.tokenizer.no_truncation()

    def special(self, text):
        """How many tokens the template adds to a text or a pair."""
        return self.tokenizer.num_special_tokens_to_add(not isinstance(text, str))

    def windows(self, pairs, length, stride):
        for question, context in pairs:
            if not context:
                continue  # transformers treats an empty second text as none
            try:
                batch = self.fast(question, context, truncation="only_second", max_length=length, stride=stride,
                                  return_overflowing_tokens=True)
            except BaseException as error:  # the question is too long; `tokenizers` may panic
                if isinstance(error, KeyboardInterrupt):
                    raise
                case = {"text": question, "pair": context, "window": [length, stride], "refused": True}
                print(json.dumps(case, ensure_ascii=False, separators=(",", ":")), file=self.out)
                continue
            self.write({"text": question, "pair": context, "window": [length, stride]}, batch.encodings,
                       (question, context))
        self.tokenizer.no_truncation()

    def split(self, sentences, max_length=None):
        if max_length:
            self.tokenizer.enable_truncation(max_length)
        for words in sentences:
            encoding = self.tokenizer.encode(words, is_pretokenized=True)
            case = {"split": words}
            if max_length:
                case["max_length"] = max_length
            self.write(case, [encoding], words, split=True)
        self.tokenizer.no_truncation()


# ---- the texts of the data folder ----------------------------------------------------------------------


def squad(data):
    """(question, context) of all files."""
    for file in sorted((data / "squad").glob("*.json")):
        for article in json.loads(file.read_text())["data"]:
            for paragraph in article["paragraphs"]:
                for question in paragraph["qas"]:
                    yield question["question"], paragraph["context"]


def sentences(data):
    """The NER files' sentences, as lists of words."""
    for file in sorted((data / "ner").glob("*/*.*")):
        words = []
        for line in itertools.chain(file.read_text().split("\n"), [""]):
            word = line.split("\t")[0]
            if file.suffix == ".txt":
                word = word.partition(":")[2]
            if line.strip():
                words.append(word)
            elif words:
                yield words
                words = []


def emoji(data):
    for line in (data / "torture/unicode-emoji-test.txt").read_text().splitlines():
        if line and line[0] != "#":
            yield "".join(chr(int(code, 16)) for code in line.split(";")[0].split())


def random_texts(count, seed=0):
    """Marks in unusual orders, scripts mixed with ASCII, added tokens, control characters."""
    draw = random.Random(seed)
    pools = [list("abcXYZ 019.,-'\"()[]"), list("éÀñÖßİıŒſ"), [chr(c) for c in range(0x300, 0x370)],
             [chr(c) for c in (0xF71, 0xF72, 0xF73, 0xF74, 0xF80, 0x1D165, 0x1D16D, 0x302A, 0x3099, 0x94D, 0x9BC, 0x1B44, 0x344)],
             list("中文字漢日本語한국어ㄱひらがなカタカナ"), list("עברית العربية ไทย हिन्दी বাংলা"),
             ["[MASK]", "[SEP]", "[CLS]", "[PAD]", "[UNK]", "[mask]", " [MASK] ", "##a", "[SEP]x"],
             [chr(c) for c in (0, 1, 9, 10, 11, 12, 13, 0x1C, 0x7F, 0x85, 0xA0, 0xAD, 0x200B, 0x200D, 0x2028, 0xFEFF, 0xFFFD, 0xE000)],
             [chr(draw.randrange(0x110000)) for _ in range(200)]]
    for _ in range(count):
        yield "".join(draw.choice(draw.choice(pools)) for _ in range(draw.randrange(1, 40)))


def write_all(data, folder, parts):
    tokenizer = load(folder)
    print(json.dumps({"tokenizer": str(folder)}))
    cases = Cases(tokenizer, sys.stdout)
    wants = lambda part: not parts or part in parts
    if wants("squad"):
        pairs = list(squad(data))
        cases.plain(sorted({text for pair in pairs for text in pair}))
    if wants("pairs"):
        cases.plain(sorted(set(squad(data)))[::5])
    if wants("windows"):
        pairs = sorted(set(squad(data)))
        for length, stride in [(384, 128), (128, 32), (64, 0), (40, 10), (25, 12)]:
            cases.windows(pairs[:: 20 if length == 384 else 40], length, stride)
        for length in (512, 128, 33, 16, 5, 3):
            cases.plain(pairs[::55], length)
            cases.plain([(context, question) for question, context in pairs[::115]], length)
            cases.plain([context for _, context in pairs[::115]], length)
    if wants("sst2"):
        lines = [line.split("\t")[0] for name in ("train", "dev") for line in (data / f"sst2/{name}.tsv").read_text().split("\n")]
        cases.plain(sorted(set(lines)))
    if wants("ner"):
        split = list(sentences(data))
        cases.plain([" ".join(words) for words in split])
        cases.split(split)
        cases.split(split[::9], 12)
    if wants("torture"):
        strings = json.loads((data / "torture/blns.json").read_text())
        cases.plain(strings + ["\n".join(s for s in strings if encodable(s))])
        cases.plain(list(zip(strings, reversed(strings))), 20)
        cases.plain([f(e) for e in emoji(data) for f in (str, lambda e: f"a{e}b {e}")])
        cases.plain(list(random_texts(30000)))
    if wants("codes"):
        # Every code point up to the last assigned one, though most of the last planes are alike.
        codes = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000 and (c < 0x32400 or c % 997 == 0 or 0xE0000 <= c < 0xE0200)]
        cases.plain([f(chr(c)) for c in codes for f in (str, lambda c: f"a{c}b {c}")])


# ---- the committed sample ------------------------------------------------------------------------------


SPLIT = [["EU", "rejects", "German", "call"], ["St.", "Lawrence", "(", "N.Y.", ")"], ["don't", "co-operate", "Zürich's"], [""], [], ["", "a", " ", "b c", "\u200b"],
         ["👨‍👩‍👧‍👦", "中文字", "[MASK]", "x" * 101], ["éèê"] * 30]


def sample_texts(cases):
    cases.plain(NASTY)
    cases.plain(list(random_texts(150, 1)))
    cases.plain(QUESTIONS)
    for length in (2, 3, 4, 5, 6, 7, 16, 33):
        cases.plain([text for text in NASTY if len(text) > 30][:12], length)
    for length in (3, 4, 5, 8, 9, 20, 21, 64):
        cases.plain(QUESTIONS + [(context, question) for question, context in QUESTIONS], length)
    for length, stride in [(384, 128), (64, 16), (40, 0), (33, 12), (24, 20)]:
        cases.windows(QUESTIONS, length, stride)
    cases.split(SPLIT)
    for length in (3, 6, 20):
        cases.split(SPLIT, length)


def small_vocabulary(cased):
    """A custom vocabulary: letters of some scripts and common subwords, so that words are split in many ways."""
    words = "the of and to in is it that was for on with as by at from this be are or an which not have had his her they we you " \
            "who what where when how why word question context room any does leave long hardly until later part empire rule under " \
            "country was a vassal hello world family flag start text line next wrote published french".split()
    parts = "##ing ##ed ##s ##er ##ly ##tion ##able ##ment ##ism ##ia ##an ##en ##ed ##on ##un ##ti ##is ##ar ##ian un anti dis mac pers est flo ci nau".split()
    letters = "abcdefghijklmnopqrstuvwxyz0123456789" + "éàüñöß" + "αβγδεσςω" + "ابتث" + "אבגד" + "かなカナ" + "कखग" + "中文字漢日本語" + "👨👩👧👦🇫🇷"
    marks = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~“”‘’–—…«»。、؟" + "\u0301\u0308\u200d"
    subwords = ["[PAD]", "[unused0]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *marks, *letters, *("##" + c for c in letters), *words, *parts]
    if cased:
        capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZÉÀÜİΣ"
        subwords += [*capitals, *("##" + c for c in capitals), "The", "Hello", "World", "Macedonia", "Persia", "##acedonia"]
    return list(dict.fromkeys(subwords))


def write_sample():
    DATA.mkdir(parents=True, exist_ok=True)

    def small(name, cased, files=()):
        folder = DATA / name
        folder.mkdir(exist_ok=True)
        (folder / "vocab.txt").write_text("\n".join(small_vocabulary(cased)) + "\n")
        for file, content in files:
            (folder / file).write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n")
        return folder

    folders = {
        "uncased": ROOT / "models/minilm-l6-qa",
        "bare": small("bare", cased=False),
        "cased": small("cased", cased=True, files=[("tokenizer_config.json", {"do_lower_case": False, "model_max_length": 64})]),
        "accents": small("accents", cased=False, files=[("tokenizer_config.json", {
            "do_lower_case": True, "strip_accents": False, "tokenize_chinese_chars": False, "model_max_length": 10**30})]),
    }

    # A custom tokenizer.json with every kind of added token, other components and another template.
    odd = load(folders["cased"])
    odd.normalizer = normalizers.Sequence([normalizers.NFD(), normalizers.Lowercase()])
    odd.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    odd.post_processor = processors.RobertaProcessing(("[SEP]", odd.token_to_id("[SEP]")), ("[CLS]", odd.token_to_id("[CLS]")),
                                                      trim_offsets=False, add_prefix_space=False)
    odd.add_tokens([AddedToken("<left>", lstrip=True), AddedToken("<right>", rstrip=True, normalized=False), AddedToken("<both>", lstrip=True, rstrip=True),
                    AddedToken("Whole", single_word=True), AddedToken("raw", single_word=True, normalized=False), AddedToken("CAFÉ"), AddedToken("ab"), AddedToken("abc"),
                    AddedToken("[ODD]", special=True), AddedToken("hello world")])
    (DATA / "odd").mkdir(exist_ok=True)
    odd.save(str(DATA / "odd/tokenizer.json"))
    folders["odd"] = DATA / "odd"

    folders.update(component_folders())
    folders.update(older_folders())

    for name, folder in folders.items():
        with open(DATA / f"{name}.jsonl", "w") as out:
            print(json.dumps({"tokenizer": str(folder.relative_to(ROOT))}), file=out)
            cases = Cases(load(folder), out)
            if name == "odd":
                cases.plain(["a <left> b", "a<left>b", "  <left>  <left>", "a <right> b", "<right>  <right> ", "a  <both>  b", "<both><both>", " <both> <left> <right> x",
                             "Whole whole WHOLE wholes un-whole whole, awhole", "raw Raw raw. rawer straw raw", "cafe CAFÉ café Cafe\u0301s", "ab abc abcd xabcx ABC", "[ODD] [odd] a[ODD]b",
                             "Hello World hello  world", "\u00a0<left>\u3000<right>\u2003x", "_raw raw_ raw\u0301 raw中", "<LEFT> <Right>", "[MASK]raw[SEP]Whole<both>", "\u200bwhole\u200b"])
                cases.plain(NASTY + QUESTIONS)
                cases.split([["a", "<left>", " raw "], ["Whole whole", "x<both> y"]])
            elif name == "uncased":
                sample_texts(cases)
            elif name not in ("bare", "cased", "accents"):
                cases.plain(NASTY[::3] + SPACES + list(random_texts(20, 2)))
                cases.plain(QUESTIONS[:7] + [(text, text) for text in SPACES[:6]])
                cases.plain(QUESTIONS[:7], 12)
                cases.windows(QUESTIONS[7:8], 40, 10)
                cases.split(SPLIT[:3] + [["a", " b", "c "]])
            else:
                cases.plain(NASTY + QUESTIONS[:7])
                cases.plain(QUESTIONS[:7], 12)


# ---- properties of code points -------------------------------------------------------------------------


def ranges(codes):
    result = []
    for code in codes:
        if result and result[-1][1] == code - 1:
            result[-1][1] = code
        else:
            result.append([code, code])
    return " ".join(f"{a:x}-{b:x}" if a < b else f"{a:x}" for a, b in result)


def write_properties():
    """Writes the properties of every code point according to `tokenizers`, one property per line (name, ranges in
    hexadecimal), and a hash of all decompositions and lower-case mappings."""
    bert = lambda **on: normalizers.BertNormalizer(**{**dict(clean_text=False, handle_chinese_chars=False, strip_accents=False, lowercase=False), **on})
    clean, strip, apart = bert(clean_text=True), bert(strip_accents=True), bert(handle_chinese_chars=True)
    nfd, lower, split = normalizers.NFD(), normalizers.Lowercase(), pre_tokenizers.BertPreTokenizer()
    codes = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]
    words = {c: len(split.pre_tokenize_str(f"a{chr(c)}b")) for c in codes}

    def fnv(mapping):
        result = 0xCBF29CE484222325
        for code in codes:
            for byte in mapping(chr(code)).encode() + b"\n":
                result = (result ^ byte) * 0x100000001B3 % 2**64
        return f"{result:x}"

    # Normalization moves a mark before another one of a higher combining class: U+0334 has class 1, U+0301 class 230.
    def combines(c):
        c = chr(c)
        return nfd.normalize_str("a" + c + "\u0334") == "a\u0334" + c or nfd.normalize_str("a\u0301" + c) == "a" + c + "\u0301"

    removes = lambda regex: pre_tokenizers.Split(Regex(regex), "removed")
    parted = lambda splitter, text: len(splitter.pre_tokenize_str(text))
    letter, number, digits, word, marks = removes(r"\p{L}"), removes(r"\p{N}"), pre_tokenizers.Digits(), pre_tokenizers.Whitespace(), normalizers.StripAccents()
    nfkd, nfc = normalizers.NFKD(), normalizers.NFC()

    lines = {
        "letter": ranges(c for c in codes if parted(letter, chr(c)) == 0),
        "number": ranges(c for c in codes if parted(number, chr(c)) == 0),
        "numeric": ranges(c for c in codes if parted(digits, "a" + chr(c)) == 2),
        "word": ranges(c for c in codes if parted(word, "a" + chr(c)) == 1 and parted(word, "-" + chr(c)) == 2),
        "any_mark": ranges(c for c in codes if marks.normalize_str(chr(c)) == ""),
        "compatible_decomposition": fnv(nfkd.normalize_str),
        "composed": fnv(lambda c: nfc.normalize_str(nfd.normalize_str(c))),
        "whitespace": ranges(c for c in codes if words[c] == 2),
        "punctuation": ranges(c for c in codes if words[c] == 3),
        "removed": ranges(c for c in codes if clean.normalize_str(f"a{chr(c)}b") == "ab"),
        "ideograph": ranges(c for c in codes if len(apart.normalize_str(chr(c))) == 3),
        "mark": ranges(c for c in codes if nfd.normalize_str(chr(c)) == chr(c) and strip.normalize_str(chr(c)) == ""),
        "combines": ranges(c for c in codes if nfd.normalize_str(chr(c)) == chr(c) and combines(c)),
        "decomposition": fnv(nfd.normalize_str),
        "lowercase": fnv(lower.normalize_str),
    }
    (DATA / "properties.txt").write_text("".join(f"{name}: {value}\n" for name, value in lines.items()))


def albert_ids(processor, text):
    """The pieces of the original ALBERT: its own preprocessing, then sentencepiece; commas are separated from digits."""
    text = " ".join(text.split()).replace("``", '"').replace("''", '"')
    text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)).lower()
    ids = []
    for piece in processor.encode(text, out_type=str):
        if len(piece) > 1 and piece[-1] == "," and piece[-2].isdigit():
            rest = processor.encode(piece[:-1].replace("▁", ""), out_type=str)
            if piece[0] != "▁" and rest[0][0] == "▁":
                rest = rest[1:] if len(rest[0]) == 1 else [rest[0][1:], *rest[1:]]
            ids += [processor.piece_to_id(p) for p in [*rest, ","]]
        else:
            ids.append(processor.piece_to_id(piece))
    return ids


def count_other_pieces(data, folder):
    tokenizer, processor = load(folder), sentencepiece.SentencePieceProcessor(str(folder / "spiece.model"))
    texts = {
        "squad": {text for pair in squad(data) for text in pair},
        "sst2": {line.split("\t")[0] for name in ("train", "dev") for line in (data / f"sst2/{name}.tsv").read_text().split("\n")},
        "ner": {" ".join(words) for words in sentences(data)},
        "torture": {text for text in [*json.loads((data / "torture/blns.json").read_text()), *emoji(data)] if encodable(text)},
    }
    for name, part in texts.items():
        other = [t for t in sorted(part) if tokenizer.encode(t, add_special_tokens=False).ids != albert_ids(processor, t)]
        print(f"{name}: {len(part)} texts, {len(other)} differ", *(repr(t[:100]) for t in other[:5]), sep="\n    ")


if __name__ == "__main__":
    if sys.argv[1:2] == ["sample"]:
        write_sample()
    elif sys.argv[1:2] == ["properties"]:
        write_properties()
    elif sys.argv[1:2] == ["sentencepiece"] and len(sys.argv) == 4:
        count_other_pieces(pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3]))
    elif sys.argv[1:2] == ["all"] and len(sys.argv) > 3:
        write_all(pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3]), sys.argv[4:])
    else:
        sys.exit(__doc__)
