/** How far the server is with a document, in its own words; `ready` and `failed` are the last. */
export interface Step {
  stage: "waiting" | "reading" | "setting" | "ready" | "failed";
  done?: number;
  of?: number;
  seconds?: number;
  bytes?: number;
  slug?: string;
  status?: number;
}

const LINE_FEED = 10;

/** Steps, a line each, and behind the line `ready` the document; it may be cut anywhere on its way. */
export class Told {
  private head: Uint8Array = new Uint8Array();
  private readonly parts: Uint8Array[] = [];
  private had = 0;
  private length: number | null = null;

  /** The steps that this part completes. */
  take(part: Uint8Array): Step[] {
    if (this.length !== null) {
      this.keep(part);
      return [];
    }
    const steps: Step[] = [];
    let rest = joined(this.head, part);
    for (let end = rest.indexOf(LINE_FEED); end >= 0; end = rest.indexOf(LINE_FEED)) {
      const step = JSON.parse(new TextDecoder().decode(rest.subarray(0, end))) as Step;
      rest = rest.subarray(end + 1);
      steps.push(step);
      if (step.stage !== "ready") continue;
      this.length = step.bytes ?? 0;
      this.keep(rest);
      return steps;
    }
    this.head = rest;
    return steps;
  }

  /** All of it, or null: an answer that broke off is no document. */
  document(): Blob | null {
    if (this.length === null || this.had !== this.length) return null;
    return new Blob(this.parts as BlobPart[], { type: "application/pdf" });
  }

  private keep(part: Uint8Array): void {
    this.parts.push(part);
    this.had += part.length;
  }
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array {
  const whole = new Uint8Array(one.length + other.length);
  whole.set(one);
  whole.set(other, one.length);
  return whole;
}

export interface Period {
  from?: string;
  to?: string;
}

/** From the first day's beginning to the last one's end; null while that is no period. */
export function periodOf(
  first: Temporal.PlainDate | null,
  last: Temporal.PlainDate | null,
  startOf: (day: Temporal.PlainDate) => Temporal.Instant,
): Period | null {
  if (!(first && last) || Temporal.PlainDate.compare(first, last) > 0) return null;
  return { from: startOf(first).toString(), to: startOf(last.add({ days: 1 })).toString() };
}
