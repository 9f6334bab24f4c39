/** Whether a key press belongs to what is being typed into. */
export function isTyping(event: KeyboardEvent): boolean {
  const target = event.target as HTMLElement | null;
  return !!target?.closest("input, textarea, select, [contenteditable]");
}

/** ArrowRight is "next" where reading goes to the right, "previous" where it goes to the left. */
export function inlineStep(event: KeyboardEvent, rtl: boolean): -1 | 0 | 1 {
  if (event.code !== "ArrowLeft" && event.code !== "ArrowRight") return 0;
  return (event.code === "ArrowRight") !== rtl ? 1 : -1;
}
