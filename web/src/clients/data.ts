import { api, body, ifMatch } from "../api/client.ts";
import { asProblem, explain, type Problem, wordsOf } from "../api/problems.ts";
import { queries, type Read, refresh, useRead } from "../api/queries.ts";
import { t } from "../core/i18n.ts";
import { say } from "../core/toasts.ts";
import type { Changes, Client } from "./form.ts";
import { fullName } from "./rules.ts";

explain({ "client-archived": "clients.is-archived", "has-appointments": "clients.has-appointments" });

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

/** Into the archive, and back by the undo; with `cancels`, what is to come is cancelled and stays so. */
export async function archive(client: Client, cancels = false): Promise<void> {
  const query = cancels ? { cancel_appointments: true } : {};
  const params = { ...path(client.id), header: ifMatch(client.version), query };
  await api.DELETE("/api/v1/clients/{client_id}", { params });
  await refresh("clients");
  if (cancels) void refresh("appointments");
  const undo = (): void => void restore(client).catch((error) => refused(asProblem(error)));
  say(t(cancels ? "clients.archived-cancelled" : "clients.archived-now", { name: fullName(client) }), {
    ...(!cancels && { action: { label: t("ui.undo"), run: undo } }),
  });
}

export async function restore({ id }: Client): Promise<Client> {
  return known((await body(api.POST("/api/v1/clients/{client_id}/restore", { params: path(id) }))) as Client);
}

const refused = (problem: Problem): unknown => say(wordsOf(problem), { kind: "problem" });
