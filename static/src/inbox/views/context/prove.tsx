import { useState } from "preact/hooks";
import type { ContactView } from "../../../wire";
import { Icon } from "../../ui/icons";
import { t } from "../../words";
import { ProveDialog } from "./proving";
import { dialling } from "./starters";

interface ProveProps {
  conversation: string;
  contact: ContactView;
  /** As it is known; empty: it is typed. */
  number: string;
}

/** Confirms a number by a code, where there is an account to send one. */
export function Prove(props: ProveProps) {
  const [open, setOpen] = useState(false);
  if (dialling().length === 0) return null;
  return (
    <>
      <button type="button" class="button small" data-act="prove" onClick={() => setOpen(true)}>
        <Icon name="shield" size={14} />
        {t(props.number ? "prove.send" : "prove.title")}
      </button>
      {open && <ProveDialog {...props} close={() => setOpen(false)} />}
    </>
  );
}

const NUMBER = /^\+?[\s()+.\-\d]{7,24}$/;

/** May this be a telephone number? The server says. */
export function isNumber(said: string): boolean {
  return NUMBER.test(said.trim());
}
