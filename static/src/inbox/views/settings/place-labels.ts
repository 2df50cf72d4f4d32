// The places of macros as people call them: those that always are, and one for each field.

import { known } from "../../store";
import { t, type WordKey } from "../../words";
import { attributeLabel } from "../names";
import { PLACES } from "./macro-places";

function fields() {
  return known.directory.attributes
    .filter((one) => one.target === "contact" || one.target === "conversation")
    .map((one) => ({
      name: `${one.target}.attributes.${one.key}`,
      label: attributeLabel(one),
      retired: one.retired,
    }));
}

export function placeNames(): string[] {
  return [...PLACES, ...fields().flatMap(({ name, retired }) => (retired ? [] : [name]))];
}

export function placeLabel(name: string): string {
  if (PLACES.some((one) => one === name)) return t(`place.${name}` as WordKey);
  return fields().find((one) => one.name === name)?.label ?? name;
}
