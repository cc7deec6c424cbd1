// Which words of a passage BM25 found: those with the same stem as a word of the question. The collection's index has the
// words' Porter stems, without accents and regardless of case.

import {stemmer} from "stemmer";

export interface Match {
  begin: number; // UTF-16 units
  end: number;
}

const wordPattern = /[\p{L}\p{N}\p{Co}]+/gu;

/** A word as the index has it. */
export const stemOf = (word: string): string => stemmer(word.normalize("NFD").replaceAll(/\p{M}/gu, "").toLowerCase());

const words = (text: string): Match[] => [...text.matchAll(wordPattern)].map(({0: word, index}) => ({begin: index, end: index + word.length}));

/** @param added words that were searched for, too */
export function matches(question: string, passage: string, added: readonly string[] = []): Match[] {
  const text = [question, ...added].join(" "), wanted = new Set(words(text).map(({begin, end}) => stemOf(text.slice(begin, end))));
  return words(passage).filter(({begin, end}) => wanted.has(stemOf(passage.slice(begin, end))));
}

/** The different words that match, as the passage first has them. */
export function matchedWords(passage: string, found: readonly Match[]): string[] {
  const byStem = new Map<string, string>();
  for (const {begin, end} of found) {
    const word = passage.slice(begin, end), stem = stemOf(word);
    if (!byStem.has(stem)) byStem.set(stem, word);
  }
  return [...byStem.values()];
}
