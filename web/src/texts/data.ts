import { api, body, ifMatch, type Schemas } from "../api/client.ts";
import { asProblem, explain, wordsOf } from "../api/problems.ts";
import { type Read, refresh, useRead } from "../api/queries.ts";
import { t } from "../core/i18n.ts";
import { say } from "../core/toasts.ts";
import { byName, type Kind, nameOf } from "./rules.ts";

export type Template = Schemas["NoteTemplate"];
export type Snippet = Schemas["Snippet"];
export type Item = Template | Snippet;
export type TemplateValues = Schemas["NoteTemplateCreate"];
export type SnippetValues = Schemas["SnippetCreate"];

explain({
  "template-title-taken": "texts.title-taken",
  "snippet-name-taken": "texts.name-taken",
  "texts-full": "texts.full",
  "shared-by-somebody-else": "texts.not-yours",
});

const LIST = { templates: "/api/v1/note-templates", snippets: "/api/v1/snippets" } as const;
const MINUTES = 60_000;
type Page = { items: Item[]; next_cursor: string | null };

/** All of them: a practice has a few hundred at the most. */
async function readAll<T extends Item>(kind: Kind): Promise<T[]> {
  const found: Item[] = [];
  let cursor: string | null | undefined;
  do {
    const query = { limit: 100, ...(cursor && { cursor }) };
    const page = (await body(api.GET(LIST[kind], { params: { query } }))) as Page;
    found.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor);
  return (found as T[]).sort(byName);
}

/** They change seldom, and are read again when somebody here has changed them. */
const useKind = <T extends Item>(kind: Kind, enabled = true): Read<T[]> =>
  useRead({
    queryKey: ["texts", kind],
    queryFn: () => readAll<T>(kind),
    staleTime: 10 * MINUTES,
    enabled,
  });

export const useTemplates = (): Read<Template[]> => useKind<Template>("templates");
export const useSnippets = (enabled: boolean): Read<Snippet[]> => useKind<Snippet>("snippets", enabled);

const changed = async (kind: Kind): Promise<void> => refresh("texts", kind);
const template = (id: string) => ({ path: { note_template_id: id } });
const snippet = (id: string) => ({ path: { snippet_id: id } });

/** The same key for the same words: an answer that was lost adds nothing twice. */
export async function saveTemplate(old: Template | null, values: TemplateValues, key: string): Promise<void> {
  if (old) {
    const params = { ...template(old.id), header: ifMatch(old.version) };
    await api.PUT("/api/v1/note-templates/{note_template_id}", { params, body: values as never });
  } else await api.POST(LIST.templates, { body: values, params: idempotent(key) as never });
  await changed("templates");
}

export async function saveSnippet(old: Snippet | null, values: SnippetValues, key: string): Promise<void> {
  if (old) {
    const params = { ...snippet(old.id), header: ifMatch(old.version) };
    await api.PUT("/api/v1/snippets/{snippet_id}", { params, body: values as never });
  } else await api.POST(LIST.snippets, { body: values, params: idempotent(key) as never });
  await changed("snippets");
}

const idempotent = (key: string) => ({ header: { "Idempotency-Key": key } });

/** Off the list at once, and back by its undo. */
export async function remove(kind: Kind, old: Item): Promise<void> {
  const header = ifMatch(old.version);
  if (kind === "templates")
    await api.DELETE("/api/v1/note-templates/{note_template_id}", {
      params: { ...template(old.id), header },
    });
  else await api.DELETE("/api/v1/snippets/{snippet_id}", { params: { ...snippet(old.id), header } });
  await changed(kind);
  say(t("texts.removed", { name: nameOf(old) }), {
    action: { label: t("ui.undo"), run: () => void restore(kind, old) },
  });
}

async function restore(kind: Kind, old: Item): Promise<void> {
  try {
    if (kind === "templates")
      await api.POST("/api/v1/note-templates/{note_template_id}/restore", { params: template(old.id) });
    else await api.POST("/api/v1/snippets/{snippet_id}/restore", { params: snippet(old.id) });
  } catch (error) {
    say(wordsOf(asProblem(error)), { kind: "problem" });
  }
  await changed(kind);
}
