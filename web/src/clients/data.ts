import { api, body, ifMatch } from "../api/client.ts";
import { asProblem, explain, wordsOf } from "../api/problems.ts";
import { queries, type Read, refresh, useRead } from "../api/queries.ts";
import { t } from "../core/i18n.ts";
import { say } from "../core/toasts.ts";
import type { Changes, Client } from "./form.ts";
import { fullName } from "./rules.ts";

explain({ "client-archived": "clients.is-archived" });

const path = (id: string) => ({ path: { client_id: id } });

export const readClient = (id: string): Promise<Client> =>
  body(api.GET("/api/v1/clients/{client_id}", { params: path(id) })) as Promise<Client>;

export const useClient = (id: string): Read<Client> =>
  useRead({ queryKey: ["clients", id], queryFn: () => readClient(id) });

/** The same key for the same words: an answer that was lost adds nobody twice. */
export async function addClient(details: Changes, key: string): Promise<Client> {
  const added = await body(
    api.POST("/api/v1/clients", {
      body: details as never,
      params: { header: { "Idempotency-Key": key } } as never,
    }),
  );
  return known(added as Client);
}

export async function changeClient(client: Client, details: Changes): Promise<Client> {
  const params = { ...path(client.id), header: ifMatch(client.version) };
  const changed = await body(api.PUT("/api/v1/clients/{client_id}", { params, body: details as never }));
  return known(changed as Client);
}

/** The mark on an address concerns everybody who has it, and goes from all of them. */
export async function trustAddress(client: Client): Promise<void> {
  try {
    await changeClient(client, { email_bounced_at: null });
    say(t("clients.address-trusted"));
  } catch (error) {
    say(wordsOf(asProblem(error)), { kind: "problem" });
  }
  await refresh("clients");
}

/** What the server answered stands for a read of its own. */
function known(client: Client): Client {
  void refresh("clients", "index");
  queries.setQueryData(["clients", client.id], client);
  return client;
}

/** Nobody can be brought back from the archive, so the request waits until the undo is gone. */
export function archive(client: Client): void {
  say(t("clients.archiving", { name: fullName(client) }), {
    action: { label: t("ui.undo"), run: () => undefined },
    after: () => archiveNow(client),
  });
}

async function archiveNow(client: Client): Promise<void> {
  const params = { ...path(client.id), header: ifMatch(client.version) };
  try {
    await api.DELETE("/api/v1/clients/{client_id}", { params, keepalive: true });
    say(t("clients.archived-now", { name: fullName(client) }));
  } catch (error) {
    say(wordsOf(asProblem(error)), { kind: "problem" });
  }
  await refresh("clients");
}
