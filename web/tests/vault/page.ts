// What the vault's modules expect of a page, where there is none. Import it first.
import "temporal-polyfill/global";

const page = { documentElement: { dataset: {}, lang: "he" }, cookie: "", visibilityState: "visible" };
Object.assign(globalThis, { document: page, location: new URL("http://localhost/app/") });
