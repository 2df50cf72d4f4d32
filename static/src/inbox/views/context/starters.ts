import { signal } from "@preact/signals";
import type { AccountView } from "../../../wire";
import { known } from "../../store";

/** By which accounts somebody may be written to first. */
export function starters(): AccountView[] {
  return known.directory.accounts.filter((one) => one.state === "active" && one.capabilities.may_start);
}

/** Those that write to a number or address which somebody types; on a page of our own customers come by themselves. */
export function dialling(): AccountView[] {
  return starters().filter((one) => one.chat === null);
}

/** Those by which mails go to whoever has an address. */
export function mailing(): AccountView[] {
  return starters().filter((one) => one.capabilities.recipients > 1);
}

export const dialOpen = signal(false);
