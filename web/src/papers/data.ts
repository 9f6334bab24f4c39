import { api, body } from "../api/client.ts";
import { explain, offline, Problem } from "../api/problems.ts";
import { download } from "../core/download.ts";
import { type Period, type Step, Told } from "./rules.ts";

explain({ "record-too-long": "papers.too-long" });

/** A final note as a document, to the device's own folder of downloads. */
export async function saveNote(sessionId: string): Promise<void> {
  const params = { path: { session_id: sessionId } };
  const file = api.GET("/api/v1/sessions/{session_id}.pdf", { params, parseAs: "blob" });
  download(await body(file as Promise<{ data?: Blob }>), "note.pdf");
}

/** The same of a client's record. `tell` hears how far it is; whoever aborts ends the work over there too. */
export async function saveRecord(
  clientId: string,
  period: Period,
  tell: (step: Step) => void,
  signal: AbortSignal,
): Promise<void> {
  const params = { path: { client_id: clientId }, query: period };
  const answer = api.GET("/api/v1/clients/{client_id}/record", { params, parseAs: "stream", signal });
  const stream = await body(answer as Promise<{ data?: ReadableStream<Uint8Array> | null }>);
  const told = new Told();
  const reader = stream?.getReader();
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    for (const step of told.take(part.value)) {
      if (step.stage === "failed") throw new Problem(step.status ?? 0, step.slug ?? "unexpected");
      tell(step);
    }
  }
  const document = told.document();
  if (!document) throw offline();
  download(document, "record.pdf");
}
