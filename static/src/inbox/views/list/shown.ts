import { signal } from "@preact/signals";
import { Ids } from "../../store/ids";

/** The rows as they stand on the screen: what j and k walk along. */
export const shownRows = signal<Ids>(Ids.NONE);
