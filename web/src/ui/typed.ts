import { useEffect, useState } from "preact/hooks";

interface Typing<T> {
  value: T | null;
  /** Null while what is typed is none. */
  onChange: (value: T | null) => void;
  parse: (text: string) => T | null;
  write: (value: T) => string;
}

/** A value that is typed: what stands in the field is left alone while it means the value, and written out afterwards. */
export function useTyped<T extends { equals: (other: never) => boolean }>(typing: Typing<T>) {
  const { value, onChange, parse, write } = typing;
  const [text, setText] = useState(value ? write(value) : "");
  useEffect(() => {
    if (value && !parse(text)?.equals(value as never)) setText(write(value));
  }, [value?.toString()]);
  const type = (typed: string): void => {
    setText(typed);
    onChange(parse(typed));
  };
  const input = {
    dir: "ltr",
    inputMode: "numeric",
    autocomplete: "off",
    value: text,
    onInput: (event: { currentTarget: { value: string } }) => type(event.currentTarget.value),
    onBlur: () => value && setText(write(value)),
  } as const;
  return { type, input };
}
