#!/usr/bin/env python3
"""Writes tests/text/words.jsonl: texts in many scripts and their parts between Unicode's word boundaries, except
boundaries within graphemes (before the Thai and Lao vowel sign am, and after U+0600, which precedes numbers).

python tools/make_word_cases.py            needs the package regex, whose (?w)\\b and \\X follow UAX 29"""
import json
import pathlib
import random

import regex

ROOT = pathlib.Path(__file__).resolve().parent.parent
TEXTS = [
    "Lena Petrov, in Oslo.", "Lena Petrov (Oslo)", "“Oslo” 'Anna'", "New York-Lena", "don't can’t rock 'n' roll O'Brien l’amie",
    "The U.S. pays 3.5 % or 1,000.00 at 12:30; e.g. example.com, snake_case x_1 _y a:b", "a\r\nb\n\nc\u2028d\te  f",
    "צה\"ל ש' ג'ורג' א\"ב", "Анна-Мария поехала в Санкт-Петербург.", "Η Άννα μετακόμισε στην Αθήνα.", "أحمد، من القاهرة؟ ١٬٠٠٠",
    "अन्ना दिल्ली में है।", "আমি ঢাকায় থাকি", "நான் சென்னையில்", "안나는 서울에서 왔다.", "東京タワーへ行く。ひらがなカタカナー", "我爱北京天安门。",
    "ແມ່ນ້ຳຂອງ", "ភ្នំពេញ", "အမေရိကန်", "ԵՐԵՎԱՆ՝ Հայաստան։", "თბილისი, საქართველო", "አዲስ አበባ፡ኢትዮጵያ", "𞤀𞤣𞤤𞤢𞤥 𞤆𞤵𞤤𞤢𞤪", "𐓏𐓘𐓻𐓘𐓻𐓟",
    "👩‍👩‍👧 is 🇳🇴🇸🇪🇩🇰 and 👍🏽!", "e\u0301te\u0301 n\u0303o \u0301x", "a\u200bb a\u200db a\u00adb \ufeffa", "Straße ﬁn Ⅻ Ⓐⓑ ①", "x\u202f000 10\u202f000 km", "EU:s kl. 10.30",
    "a\u200d🛑 \u200d🛑", "„Köln“ »Bonn« ‹Ulm›", "५.५ १२,३४", "I ♥ C++ & C#", "@user #tag https://a.example/b?c=d", "…", "", " ", "\u3000東\u3000",
]
ALPHABET = list("ab1. ,:;'\"_-\u00a0\u0301\u200d\u2019\u05d0\u0416\u0e01\u6771\u30a2\u3042\uac00\u0627\u0661\n\r") + ["🇳", "👩", "\u00ad"]

draw = random.Random(29)
texts = TEXTS + ["".join(draw.choices(ALPHABET, k=draw.randint(2, 12))) for _ in range(400)]
with open(ROOT / "tests/text/words.jsonl", "w", encoding="utf-8") as file:
    for text in texts:
        within_graphemes = {i for match in regex.finditer(r"\X", text) for i in range(match.start() + 1, match.end())}
        ends = {match.start() for match in regex.finditer(r"(?w)\b", text)} | {0, len(text)}
        ends = sorted(ends - within_graphemes)
        parts = [text[begin:end] for begin, end in zip(ends, ends[1:])]
        assert "".join(parts) == text
        file.write(json.dumps({"text": text, "parts": parts}, ensure_ascii=False) + "\n")
