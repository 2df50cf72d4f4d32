import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import type { Role } from "./door";
import { type Key, t } from "./words";

export function Section({ title, children }: { title: string; children: ComponentChildren }) {
  const id = useId();
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {children}
    </section>
  );
}

const ROLES: Readonly<Record<Role, Key>> = {
  agent: "sandbox.role.agent",
  supervisor: "sandbox.role.supervisor",
  admin: "sandbox.role.admin",
};

/** The ways into the inbox, each in a tab of its own. */
export function Inbox({ path, people }: { path: string; people: readonly { role: Role; name: string }[] }) {
  return (
    <Section title={t("sandbox.inbox")}>
      <div class="row">
        {people.map(({ role, name }) => (
          <form key={role} method="post" action={`${path}/enter/${role}`} target="_blank" rel="noopener">
            <button type="submit" class={role === "supervisor" ? "primary" : ""}>
              {t(ROLES[role], { name })}
            </button>
          </form>
        ))}
      </div>
      <p class="faint">{t("sandbox.inbox_more")}</p>
    </Section>
  );
}
