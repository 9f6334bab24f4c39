import { api, body, type Schemas } from "../api/client.ts";
import { type Read, useRead } from "../api/queries.ts";
import { download } from "../core/download.ts";
import type { Asked } from "./rules.ts";

export type Page = Schemas["Timeline"];
const PAGE = 100;

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
  download(file, "timeline.pdf");
}
