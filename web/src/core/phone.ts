const FIRST = /(?:\+[\s(]{0,2})?[\d*#][\d*#\s().\u00b7\-\u2010-\u2015\u2212]*/;

/** What a phone dials: the first number of a field, its digits and the plus before a country's code. */
export function dials(phone: string): string {
  const [number = ""] = FIRST.exec(phone.normalize("NFKC").replace(/\p{Cf}/gu, "")) ?? [];
  const plain = number.startsWith("+") ? number.replace("(0)", "") : number;
  return `tel:${plain.replace(/(?!^\+)[^\d*#]/g, "")}`;
}
