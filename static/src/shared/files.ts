import { numbers } from "./formats";

/** The largest size a channel takes for a type: the type itself, its kind, then anything; 0 takes none. */
export function largest(rules: Readonly<Record<string, number>>, mime: string): number {
  return rules[mime] ?? rules[`${mime.split("/")[0]}/*`] ?? rules["*/*"] ?? 0;
}

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;

/** "340 kB", "12 MB"; few bytes in a whole word, as their short form knows no plural: "50 bytes". */
export function fileSize(bytes: number, language: string): string {
  let size = bytes;
  let unit = 0;
  for (; size >= 1000 && unit < UNITS.length - 1; unit++) size /= 1000;
  return numbers(language, {
    style: "unit",
    unit: UNITS[unit] ?? "byte",
    unitDisplay: unit > 0 ? "short" : "long",
    maximumFractionDigits: size < 10 && unit > 0 ? 1 : 0,
  }).format(size);
}

/** Pictures, then all else, each in its order: the agent's bubble and the customer's tell the same story. */
export function picturesFirst<File>(files: readonly File[], isPicture: (file: File) => boolean): File[] {
  return [...files.filter(isPicture), ...files.filter((file) => !isPicture(file))];
}

/** The files of a paste or a drop; a pasted picture without a name is given one. */
export function filesOf(data: DataTransfer | null): File[] {
  return Array.from(data?.files ?? [], (file) => {
    if (file.name) return file;
    return new File([file], `pasted.${file.type.split("/")[1] ?? "bin"}`, { type: file.type });
  });
}
