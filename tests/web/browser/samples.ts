// Synthetic JSON for cases that a model would not produce.

type Json = Record<string, unknown>;

/** An explanation of a text that is split at white-space, one token per word. @param score by the word's index */
export function plain(text: string, score: (i: number) => number, more: Json = {}): Json {
  const words: Json[] = [], tokens: Json[] = [{token: "[CLS]", id: 101, sequence: null, begin: 0, end: 0, word: null, special: true, score: 0.1}];
  let begin = 0;
  for (const [i, part] of text.split(/(\s+)/u).entries()) {
    const end = begin + Array.from(part).length;
    if (i % 2 === 0 && part) {
      const word = words.length;
      words.push({text: part, sequence: 0, begin, end, score: score(word)});
      tokens.push({token: part.toLowerCase(), id: 1000 + word, sequence: 0, begin, end, word, special: false, score: score(word)});
    }
    begin = end;
  }
  tokens.push({token: "[SEP]", id: 102, sequence: null, begin: 0, end: 0, word: null, special: true, score: 0.05});
  return {
    limn: 1, model: "a-model", task: "sequence-classification", input: {text},
    prediction: {label: "positive", index: 1, probability: 0.93, probabilities: {negative: 0.07, positive: 0.93}},
    target: {explain: "logit", label: "positive", index: 1},
    method: {name: "gradient", preset: null, baseline: null, reduce: "onehot-l2", normalize: "max", seed: 0},
    value: 2.5, baseline_value: null, completeness_error: null, passes: 1, seconds: 0.012, tokens, words, ...more,
  };
}

export const multiLabel = (): Json => plain("You are a fool, and so is your dog.", i => [0.42, 0.1, 0.05, 1, 0.06, 0.1, 0.04, 0.18, 0.2][i] ?? 0, {
  prediction: {label: "toxic", index: 0, probability: 0.94, probabilities: {toxic: 0.94, insult: 0.88, obscene: 0.21, threat: 0.01}, labels: ["toxic", "insult"]},
  target: {explain: "logit", label: "toxic", index: 0}, warnings: ["3 of 14 tokens were not read"],
});

const sentence = "Point at a word and see which others the model needs to guess it";

export function heatmap(): Json {
  const explanation = plain(sentence, i => 1 / (1 + (i % 5))), count = (explanation["tokens"] as unknown[]).length;
  const rows = Array.from({length: count}, (_, i) => Array.from({length: count}, (_, j) => Math.exp(-Math.abs(i - j) / 2) * (0.4 + 0.6 * ((i * 7 + j * 3) % 5) / 4)));
  return {...explanation, prediction: {masks: []}, task: "masked-lm", heatmap: rows.map(row => row.map(value => value / Math.max(...row)))};
}

export function attention(): Json {
  const layers = 4, heads = 6, {tokens} = plain("The cat sat on the mat because it was tired", () => 0) as {tokens: unknown[]}, count = tokens.length;
  const bytes: number[] = [];
  for (let layer = 0; layer < layers; layer++) {
    for (let head = 0; head < heads; head++) {
      for (let i = 0; i < count; i++) {
        const row = Array.from({length: count}, (_, j) => Math.exp(-(((i - j + head - 2) / (1 + layer)) ** 2)) + (head === 5 && j === 0 ? 2 : 0.01));
        const sum = row.reduce((total, value) => total + value, 0);
        bytes.push(...row.map(value => Math.round(255 * Math.sqrt(value / sum))));
      }
    }
  }
  return {
    limn: 1, model: "a-model", task: "sequence-classification", input: {text: "The cat sat on the mat because it was tired"},
    prediction: {label: "positive", index: 1, probability: 0.7, probabilities: {negative: 0.3, positive: 0.7}},
    layers, heads, tokens, weights: btoa(String.fromCharCode(...bytes)), seconds: 0.01,
  };
}

const prediction = (label: string, probability: number): Json =>
  ({label, index: label === "positive" ? 1 : 0, probability, probabilities: {[label]: probability}});

export function flips(): Json {
  const {tokens, ...rest} = plain("A gorgeous, witty and seductive film.", i => [0.1, 0.9, 0.7, 0.1, 0.6, 0.3][i] ?? 0) as {tokens: {score: number}[]};
  return {
    ...rest, attack: "hotflip", toward: null, succeeded: true, tokens: tokens.map(({score, ...token}) => ({...token, gradient: score})),
    before: prediction("positive", 0.998), after: prediction("negative", 0.71), output: {text: "A drab, awful and seductive film."}, reread: null, passes: 9,
    steps: [
      {token: 2, before: "gorgeous,", after: "drab,", input: {text: "A drab, witty and seductive film."}, prediction: prediction("positive", 0.64)},
      {token: 3, before: "witty", after: "awful", input: {text: "A drab, awful and seductive film."}, prediction: prediction("negative", 0.71)},
    ],
  };
}

export function reduction(): Json {
  const flip = flips();
  return {
    ...flip, attack: "input-reduction", after: prediction("positive", 0.97), output: {text: "gorgeous, film."},
    steps: [[1, "a"], [4, "and"], [5, "seductive"], [3, "witty"]].map(([token, before], i) =>
      ({token, before, after: null, input: {text: ""}, prediction: prediction("positive", 0.995 - 0.005 * i)})),
  };
}

/** Texts that break pages which trust them. */
export const hostileTexts = [
  "</script><script>document.title='gone'</script>", "<img src=x onerror=\"document.title='gone'\">", "<svg/onload=alert(1)>", "<!--<script>",
  "]]>", "&lt;script&gt;&amp;&#60;", "javascript:alert(1)", "\"'><b>bold</b>", "</textarea></style></title><h1>big</h1>", "{{constructor.constructor('alert(1)')()}}",
  "${alert(1)}", "\u202eevil\u202c", "\u2066\u2067\u2068\u2069", "a\u0000b\u001b[31mred\u0007", "\u2028\u2029", "\ufeffbom\ufffe\uffff", "\ud800alone\udfff", "Z\u0351\u036b\u0343\u032aalgo".repeat(9),
  "ﷺ﷽", "🏳️‍🌈👩🏽‍💻🇦🇶", "‌‍​", "مرحبا <b>שלום</b>", "𝕿𝖍𝖊 𝖖𝖚𝖎𝖈𝖐", "\\u003cscript\\u003e", "../../etc/passwd%00", "=1+1|cmd", "%s%n%x", "__proto__", "constructor", "\t\r\n \u00a0\u3000",
];

export const long = (words: number): Json => plain(Array.from({length: words}, (_, i) => `word${i % 97}${i % 13 ? "" : ",\n"}`).join(" "),
  i => Math.sin(i / 7) * Math.exp(-((i % 500) / 200)), {method: {name: "integrated-gradients", reduce: "sum", normalize: "none", signed: true}});
