import { api } from "../api/client.ts";
import { queries, useRead } from "../api/queries.ts";
import { orPacked, type Pack, type Packed } from "../vault/pack.ts";
import { folder } from "./names.ts";
import { type Dialling, NOWHERE } from "./phones.ts";
import { type Entry, entryOf, find, inOrder, type Person } from "./rules.ts";

const KEY = ["clients", "index"] as const;

/** All clients of the practice, as one answer named by its ETag. */
export class Directory {
  readonly etag: string | null;
  private readonly dialling: Dialling;
  readonly entries: readonly Entry[];
  private readonly ordered = new Map<string, readonly Entry[]>();
  /** All tags in use, in order; none for those who see no tags. */
  readonly tags: readonly string[];
  private byId: ReadonlyMap<string, Person> | null = null;

  constructor(people: readonly Person[], dialling: Dialling, etag: string | null) {
    const folded = folder();
    this.entries = people.map((person) => entryOf(person, folded));
    this.etag = etag;
    this.dialling = dialling;
    this.tags = tagsOf(people);
  }

  /** Those of them whom a search means. */
  find(among: readonly Entry[], typed: string, limit?: number): Entry[] {
    return find(among, typed, this.dialling, limit);
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
    this.byId ??= new Map(this.entries.map(({ person }) => [person.id, person]));
    return this.byId.get(id);
  }
}

function tagsOf(people: readonly Person[]): string[] {
  const found = new Set<string>();
  for (const { tags } of people) for (const tag of tags ?? []) found.add(tag);
  return [...found].sort();
}

async function readDirectory(): Promise<Directory> {
  const known = queries.getQueryData<Directory>(KEY);
  const headers = known?.etag ? { "If-None-Match": known.etag } : {};
  const answer = await api.GET("/api/v1/clients/index", { headers });
  if (answer.response.status === 304 && known) return known;
  const { items, dialling } = answer.data as { items: Person[]; dialling: Dialling };
  return new Directory(items, dialling, answer.response.headers.get("etag"));
}

/** The whole index in memory: read once, asked for by ETag after that; a search in it asks nobody. */
export const useDirectory = (): Packed<Directory> =>
  orPacked(useRead({ queryKey: KEY, queryFn: readDirectory }), directoryOf);

const packed = new WeakMap<Pack, Directory>();

/** Those whom the coming days bring, where the server cannot be asked for all. */
function directoryOf(pack: Pack): Directory {
  const known =
    packed.get(pack) ??
    new Directory(
      pack.clients.map((client) => ({ ...client, archived: false })),
      NOWHERE,
      null,
    );
  packed.set(pack, known);
  return known;
}
