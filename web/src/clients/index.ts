import { api } from "../api/client.ts";
import { queries, type Read, useRead } from "../api/queries.ts";
import { language } from "../core/language.ts";
import { type Entry, entryOf, folder, inOrder, type Person } from "./rules.ts";

const KEY = ["clients", "index"] as const;
const AT_ONCE = 2500; // names folded between two breaths of the page

/** All clients of the practice, as one answer named by its ETag. */
export class Directory {
  readonly etag: string | null;
  readonly entries: readonly Entry[];
  private readonly ordered = new Map<string, readonly Entry[]>();
  /** All tags in use, in order; none for those who see no tags. */
  readonly tags: readonly string[];
  private readonly byId: ReadonlyMap<string, Person>;

  constructor(entries: readonly Entry[], etag: string | null) {
    this.entries = entries;
    this.etag = etag;
    this.tags = [...new Set(entries.flatMap(({ person }) => person.tags ?? []))].sort();
    this.byId = new Map(entries.map(({ person }) => [person.id, person]));
  }

  inOrder(shown: string): readonly Entry[] {
    return this.part(shown, () => inOrder(this.entries, shown));
  }

  archived(shown: string): readonly Entry[] {
    return this.part(`archived ${shown}`, () => this.inOrder(shown).filter(({ person }) => person.archived));
  }

  private part(name: string, make: () => readonly Entry[]): readonly Entry[] {
    let found = this.ordered.get(name);
    if (!found) {
      found = make();
      this.ordered.set(name, found);
    }
    return found;
  }

  /** Those who are not archived, in order. */
  current(shown: string): readonly Entry[] {
    return this.part(`current ${shown}`, () => this.inOrder(shown).filter(({ person }) => !person.archived));
  }

  person(id: string): Person | undefined {
    return this.byId.get(id);
  }
}

async function readDirectory(): Promise<Directory> {
  const known = queries.getQueryData<Directory>(KEY);
  const headers = known?.etag ? { "If-None-Match": known.etag } : {};
  const answer = await api.GET("/api/v1/clients/index", { headers });
  if (answer.response.status === 304 && known) return known;
  const { items } = answer.data as { items: Person[] };
  const found = new Directory(await entriesOf(items), answer.response.headers.get("etag"));
  found.current(language.value);
  return found;
}

async function entriesOf(people: readonly Person[]): Promise<Entry[]> {
  const entries: Entry[] = [];
  const folded = folder();
  for (const [place, person] of people.entries()) {
    if (place > 0 && place % AT_ONCE === 0) await new Promise((go) => setTimeout(go));
    entries.push(entryOf(person, folded));
  }
  return entries;
}

/** The whole index in memory: read once, asked for by ETag after that; a search in it asks nobody. */
export const useDirectory = (): Read<Directory> => useRead({ queryKey: KEY, queryFn: readDirectory });
