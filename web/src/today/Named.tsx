import type { Schemas } from "../api/client.ts";
import { clientPage } from "./when.ts";

export type Client = Pick<Schemas["ClientName"], "id" | "first_name" | "last_name">;

export const nameOf = (client: Client): string => `${client.first_name} ${client.last_name}`.trim();

/** A client's name, which leads to their page. */
export function Named({ client, class: given }: { client: Client | null | undefined; class?: string }) {
  if (!client) return null;
  return (
    <a class={given} href={clientPage(client.id)}>
      <bdi>{nameOf(client)}</bdi>
    </a>
  );
}
