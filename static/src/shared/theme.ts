/** What a person may choose; `system` follows the device and its wish for more contrast. */
export type ThemeChoice = "system" | "light" | "dark" | "contrast";
export type Theme = "light" | "dark" | "contrast";

function systemTheme(): Theme {
  if (matchMedia("(prefers-contrast: more)").matches) return "contrast";
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

/** Dresses `root` in the choice and keeps following the device; the answer stops following. */
export function wearTheme(root: HTMLElement, choice: ThemeChoice): () => void {
  const wear = () => {
    root.dataset.theme = choice === "system" ? systemTheme() : choice;
  };
  wear();
  if (choice !== "system") return () => undefined;
  const queries = ["(prefers-contrast: more)", "(prefers-color-scheme: dark)"].map((query) => matchMedia(query));
  for (const query of queries) query.addEventListener("change", wear);
  return () => {
    for (const query of queries) query.removeEventListener("change", wear);
  };
}
