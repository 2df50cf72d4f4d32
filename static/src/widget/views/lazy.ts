// What most customers never need is loaded when it is needed.

import { useEffect, useState } from "preact/hooks";

type Later = typeof import("./later");

/** The views of later.ts once they are there; while they are not, and where the network fails, nothing. */
export function useLater(wanted: boolean): Later | null {
  const [found, setFound] = useState<Later | null>(null);
  useEffect(() => {
    if (wanted && !found) import("./later").then(setFound, () => undefined);
  }, [wanted]);
  return wanted ? found : null;
}
