import { api, body, type Schemas } from "../api/client.ts";
import { type Read, useRead } from "../api/queries.ts";
import type { Asked } from "./rules.ts";

export type Page = Schemas["Timeline"];
const PAGE = 100;
const KEPT = 60_000; // milliseconds in which the browser takes a file that it was handed

/** A hundred events of a client, those before a place that a page named. */
export function useTimeline(clientId: string, asked: Asked, before: string | null): Read<Page> {
  const params = {
    path: { client_id: clientId },
    query: { ...asked, limit: PAGE, ...(before && { before }) },
  };
  return useRead({
    queryKey: ["timeline", clientId, asked, before],
    queryFn: () => body(api.GET("/api/v1/clients/{client_id}/timeline", { params })),
  });
}

/** The same for printing, as a file; asked for here and not by a link, so that a refusal has words. */
export async function printTimeline(clientId: string, asked: Asked): Promise<void> {
  const params = { path: { client_id: clientId }, query: asked };
  const file = await body(
    api.GET("/api/v1/clients/{client_id}/timeline.pdf", { params, parseAs: "blob" }) as Promise<{
      data?: Blob;
    }>,
  );
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = "timeline.pdf";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), KEPT);
}
