import type { TagView } from "../../wire";
import { Icon } from "../ui/icons";
import { t } from "../words";

/** The colours a new tag may have. What is stored is a hexadecimal value; each theme draws its own shade of the hue. */
export const TAG_COLOURS = {
  grey: "#6b7280",
  red: "#dc2626",
  orange: "#ea7a0c",
  yellow: "#d9b008",
  green: "#16a34a",
  teal: "#0d9aa8",
  blue: "#2563eb",
  violet: "#8b3fe0",
} as const;

export type TagColour = keyof typeof TAG_COLOURS;

export function colourClass(colour: string): string {
  return `tag-${nearest(colour)}`;
}

/** The hue a colour is drawn in: the nearest of ours. */
export function nearest(colour: string): TagColour {
  const [, r = "80", g = "80", b = "80"] = /^#?([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})/i.exec(colour) ?? [];
  const [red, green, blue] = [parseInt(r, 16), parseInt(g, 16), parseInt(b, 16)];
  const high = Math.max(red, green, blue);
  const spread = high - Math.min(red, green, blue);
  if (spread < 24) return "grey";
  const sixth =
    high === red
      ? ((green - blue) / spread + 6) % 6
      : high === green
        ? (blue - red) / spread + 2
        : (red - green) / spread + 4;
  const hue = sixth * 60;
  const [name] = (
    [
      ["red", 15],
      ["orange", 40],
      ["yellow", 65],
      ["green", 155],
      ["teal", 195],
      ["blue", 250],
      ["violet", 330],
      ["red", 361],
    ] as const
  ).find(([, end]) => hue < end) ?? ["grey"];
  return name;
}

export function TagChip({ tag, remove }: { tag: TagView; remove?: () => void }) {
  return (
    <span class={`tag ${colourClass(tag.colour)}`}>
      <span class="tag-name">{tag.name}</span>
      {remove && (
        <button type="button" class="tag-remove" aria-label={t("tag.remove", { name: tag.name })} onClick={remove}>
          <Icon name="close" size={12} />
        </button>
      )}
    </span>
  );
}
