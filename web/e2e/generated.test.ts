// Somebody else's program: the client that openapi-typescript makes of the description drives the main job.
import createClient from "openapi-fetch";
import { test as base } from "vitest";
import type { paths } from "../src/api/schema.ts";
import { chromiumPath } from "./support/chromium.ts";
import { openPractice } from "./support/people.ts";
import { place } from "./support/place.ts";
import { expect } from "./support/test.ts";

const test = chromiumPath() ? base : base.skip;
type Client = ReturnType<typeof createClient<paths>>;

async function withToken(): Promise<Client> {
  const { token } = await (await openPractice()).post<{ token: string }>("/auth/tokens", { name: "program" });
  return createClient<paths>({ baseUrl: place.base, headers: { authorization: `Bearer ${token}` } });
}

function had<T>({ data, error }: { data?: T; error?: unknown }): T {
  if (data === undefined) throw new Error(JSON.stringify(error));
  return data;
}

async function aPastAppointment(api: Client): Promise<string> {
  const ago = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString();
  const client = had(await api.POST("/api/v1/clients", { body: { first_name: "רות", last_name: "לוי" } }));
  const times = { scheduled_start: ago(60), scheduled_end: ago(10) };
  const body = { client_id: client.id, ...times };
  return had(await api.POST("/api/v1/appointments", { body })).id;
}

test("a program signs in by a token, books, writes a note, finalizes and lists it", async () => {
  const api = await withToken();
  const appointment_id = await aPastAppointment(api);
  const draft = had(await api.POST("/api/v1/sessions", { body: { appointment_id } }));
  const params = { path: { session_id: draft.id }, header: { "If-Match": `"${draft.version}"` } };
  const saved = had(await api.PUT("/api/v1/sessions/{session_id}", { params, body: { plan: "לנוח" } }));
  const finalized = had(
    await api.PATCH("/api/v1/sessions/{session_id}/finalize", { params: { path: params.path } }),
  );
  expect(finalized).toMatchObject({ id: draft.id, status: "finalized", plan: "לנוח" });
  expect(finalized.version).toBeGreaterThan(saved.version);
  const query = { appointment_id, include: "text" } as const;
  const page = had(await api.GET("/api/v1/sessions", { params: { query } }));
  expect([page.total, page.items[0]?.plan]).toEqual([1, "לנוח"]);
});

test("a refusal is one of the documents of its status, with its own members", async () => {
  const api = await withToken();
  const body = { appointment_id: await aPastAppointment(api) };
  const first = had(await api.POST("/api/v1/sessions", { body }));
  const { error } = await api.POST("/api/v1/sessions", { body });
  expect(error?.title).toBe("Session already exists");
  if (error?.title === "Session already exists") expect(error.session_id).toBe(first.id);
});
