import { useEffect } from "preact/hooks";
import { LocationProvider } from "preact-iso";
import { readMe } from "../accounts/data.ts";
import { gate } from "../api/gate.ts";
import { Frame } from "./Frame.tsx";
import { Screens } from "./screens.tsx";

/** What is shown follows the sign-in: nothing of a practice is on the page before it is open. */
export function App() {
  useEffect(() => void readMe().catch(() => undefined), []);
  if (gate.value !== "open") return null;
  return (
    <LocationProvider scope="/app/">
      <Frame>
        <Screens />
      </Frame>
    </LocationProvider>
  );
}
