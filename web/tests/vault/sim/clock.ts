/** Time that passes only when it is told to. */
export class Clock {
  now = 0;
  #number = 0;
  readonly #timers = new Map<number, { at: number; then: () => void }>();

  after(milliseconds: number, then: () => void): () => void {
    const id = ++this.#number;
    this.#timers.set(id, { at: this.now + milliseconds, then });
    return () => this.#timers.delete(id);
  }

  /** The timers up to a moment, each at its own. */
  async pass(milliseconds: number, settled: () => Promise<void>): Promise<void> {
    const end = this.now + milliseconds;
    for (;;) {
      const due = [...this.#timers].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at)[0];
      if (!due) break;
      this.#timers.delete(due[0]);
      this.now = Math.max(this.now, due[1].at);
      due[1].then();
      await settled();
    }
    this.now = end;
  }
}
