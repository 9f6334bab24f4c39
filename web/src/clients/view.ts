import { queries } from "../api/queries.ts";

/** How the list is looked at; kept in memory for coming back, and forgotten with everything else that was read. */
export interface View {
  typed: string;
  tag: string;
  archived: boolean;
  /** How far the page is scrolled. */
  top: number;
}
const KEY = ["views", "clients"];

export const keptView = (): View =>
  queries.getQueryData<View>(KEY) ?? { typed: "", tag: "", archived: false, top: 0 };

export function keepView(view: View): View {
  queries.setQueryData(KEY, view);
  return view;
}
