// The one normal form of names and of what is looked for; the API's is `backend/src/pazpaz/clients/names.py`.

// Accents, niqqud, harakat: marks that are written or left out. The vowel signs of other scripts stay.
const MARKS =
  "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670" +
  "\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f";
// Apostrophes, quotes, geresh and gershayim, however they were typed; the abbreviation's dot; the tatweel.
const UNSAID = "'\"`.\u02b9-\u02bd\u2018-\u201f\u2032\u2033\u05f3\u05f4\u0640";
const LEFT_OUT = new RegExp(`[${MARKS}${UNSAID}\\p{Cf}]`, "gu");
const BETWEEN = /[\p{P}\p{Z}\p{Cc}]+/gu;
// Final forms, ligatures of Yiddish; forms of one Arabic letter; Latin letters that are not a letter and a mark.
const PAIRS =
  "\u05da\u05db \u05dd\u05de \u05df\u05e0 \u05e3\u05e4 \u05e5\u05e6 \u05f0\u05d5\u05d5 \u05f1\u05d5\u05d9 \u05f2\u05d9\u05d9 " +
  "\u0671\u0627 \u0649\u064a \u0629\u0647 \u06cc\u064a \u06d0\u064a \u06a9\u0643 \u06aa\u0643 \u06c1\u0647 \u06be\u0647 \u06d5\u0647 \u06c0\u0647 \u06c3\u0647 " +
  "\u00dfss \u00e6ae \u0153oe \u00f8o \u0142l \u0111d \u00f0d \u00feth \u0127h \u0131i \u0138k \u014bn \u0167t \u017fs \u0180b \u0253b \u0188c " +
  "\u0256d \u0257d \u0259e \u025be \u01dde \u0260g \u01e5g \u0268i \u0269i \u0199k \u019al \u026bl \u0272n \u019en \u0254o \u0275o \u01a5p \u024dr \u01adt \u0288t " +
  "\u0289u \u028au \u028bv \u024fy \u01b4y \u01b6z \u0292z \u0192f \u026fu \u03c2\u03c3";
/** What each of these letters is found as. */
export const LETTERS: ReadonlyMap<string, string> = new Map(
  PAIRS.split(" ").map((pair) => [pair.slice(0, 1), pair.slice(1)]),
);
const LETTER = new RegExp(`[${[...LETTERS.keys()].join("")}]`, "g");
const DIGIT = /[\u0660-\u0669\u06f0-\u06f9\u0966-\u096f\u0e50-\u0e59]/g;
// Neither marks nor final letters: most names are as they are looked for.
const PLAIN = /^[a-z\u05d0-\u05d9\u05db\u05dc\u05de\u05e0-\u05e2\u05e4\u05e6-\u05ea]*$/;

/** Digits of Arabic, Persian, Hindi and Thai as ours. */
export const withDigits = (text: string): string =>
  text.replace(DIGIT, (digit) =>
    String(((digit.codePointAt(0) ?? 0) - (digit >= "\u0966" && digit < "\u0e50" ? 6 : 0)) & 15),
  );

/** A name as it is looked for: no case, marks, apostrophes or final forms; one space between words. */
export function fold(name: string): string {
  const text = name.toLowerCase();
  if (PLAIN.test(text)) return text;
  const bare = name.replaceAll("\u00b4", "'").normalize("NFKD").toLowerCase().replace(LEFT_OUT, "");
  return withDigits(bare.replace(BETWEEN, " ").trim()).replace(LETTER, (one) => LETTERS.get(one) ?? one);
}

/** The same for many: the names of thousands of people are some hundreds. What it remembers goes with it. */
export function folder(): (name: string) => string {
  const known = new Map<string, string>();
  return (name) => {
    let folded = known.get(name);
    if (folded === undefined) {
      folded = fold(name);
      known.set(name, folded);
    }
    return folded;
  };
}
