import type { AgentView } from "../../wire";
import { Icon } from "./icons";

const HUES = 8;

function hueOf(id: string): number {
  let sum = 0;
  for (let i = 0; i < id.length; i++) sum = (sum * 31 + id.charCodeAt(i)) >>> 0;
  return sum % HUES;
}

/** "지은" of 김지은, "AB" of Ann Brown: what a name is known by at a glance. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const first = words[0] ?? "";
  if (/^[가-힣]{2,4}$/.test(first)) return first.length > 2 ? first.slice(-2) : first;
  const letters = words.length > 1 ? [first, words[words.length - 1] ?? ""] : [first];
  return (
    letters
      .map((word) => [...word][0] ?? "")
      .join("")
      .toUpperCase() || "?"
  );
}

interface AvatarProps {
  id: string;
  /** Empty where nobody has said one: then a figure stands for it. */
  name: string;
  picture?: string | null | undefined;
  presence?: "online" | "away" | "busy" | undefined;
  size?: "small" | "normal" | "large" | "huge";
}

/** Decoration beside a written name: hidden from screen readers. */
export function Avatar({ id, name, picture, presence, size = "normal" }: AvatarProps) {
  return (
    <span class={`avatar avatar-${size} hue-${hueOf(id)}`} aria-hidden="true">
      {picture ? (
        <img src={picture} alt="" />
      ) : name ? (
        initials(name)
      ) : (
        <Icon name="person" size={size === "small" ? 13 : size === "large" ? 28 : size === "huge" ? 44 : 18} />
      )}
      {presence && <span class={`presence presence-${presence}`} />}
    </span>
  );
}

export function AgentAvatar({ agent, ...rest }: { agent: AgentView } & Pick<AvatarProps, "presence" | "size">) {
  return <Avatar id={agent.id} name={agent.name} picture={agent.picture} {...rest} />;
}
