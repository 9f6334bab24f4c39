import { api, body, ifMatch } from "../../api/client.ts";
import { explain } from "../../api/problems.ts";
import { refresh } from "../../api/queries.ts";
import type { Client } from "../../clients/form.ts";

explain({
  "client-erased": "clientpage.erased",
  "client-not-archived": "clientpage.erase-not-archived",
});

const params = (client: Client) => ({
  path: { client_id: client.id },
  header: ifMatch(client.version),
});

export async function eraseRecord(client: Client): Promise<Client> {
  const due = await body(api.PUT("/api/v1/clients/{client_id}/erasure", { params: params(client) }));
  await refresh("clients");
  return due as Client;
}

export async function keepRecord(client: Client): Promise<Client> {
  const kept = await body(api.DELETE("/api/v1/clients/{client_id}/erasure", { params: params(client) }));
  await refresh("clients");
  return kept as Client;
}
