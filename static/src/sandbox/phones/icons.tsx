// Drawn for this page; they say nothing themselves, the words beside them do.

import type { ComponentChildren } from "preact";

function Icon({ children, wide = 20 }: { children: ComponentChildren; wide?: number }) {
  return (
    <svg
      class="icon"
      viewBox={`0 0 ${wide} 20`}
      width={wide}
      height={20}
      fill="none"
      stroke="currentColor"
      stroke-width={1.8}
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      {children}
    </svg>
  );
}

export const Back = () => (
  <Icon>
    <path d="M12.5 4 6.5 10l6 6" />
  </Icon>
);
export const More = () => (
  <Icon>
    <path d="M10 4v12M4 10h12" />
  </Icon>
);
export const Arrow = () => (
  <Icon>
    <path d="M10 16V4M5 9l5-5 5 5" />
  </Icon>
);
export const Pin = () => (
  <Icon>
    <path d="M10 18s5.5-5 5.5-9.5a5.5 5.5 0 0 0-11 0C4.5 13 10 18 10 18z" />
    <circle cx={10} cy={8.5} r={2} />
  </Icon>
);
export const Camera = () => (
  <Icon>
    <path d="M3 6.5h3l1.2-2h5.6l1.2 2h3v9H3z" />
    <circle cx={10} cy={10.8} r={2.8} />
  </Icon>
);
export const Sheet = () => (
  <Icon>
    <path d="M5 2.5h6.5L15 6v11.5H5zM11.5 2.5V6H15" />
  </Icon>
);
export const Plane = () => (
  <Icon>
    <path d="M10 2.2c.8 0 1.2.9 1.2 2v3.4l6 3.9v1.6l-6-1.9v3.6l1.7 1.3v1.2L10 16.5l-2.9.8v-1.2l1.7-1.3v-3.6l-6 1.9v-1.6l6-3.9V4.2c0-1.1.4-2 1.2-2z" fill="currentColor" stroke="none" />
  </Icon>
);
export const Signal = () => (
  <Icon>
    <path d="M4 15.5v-2M8.2 15.5v-5M12.4 15.5v-8M16.6 15.5v-11" stroke-width={2.4} />
  </Icon>
);
export const Battery = () => (
  <Icon wide={26}>
    <rect x={1.5} y={5.5} width={20} height={9} rx={2.6} stroke-width={1.4} />
    <rect x={3.6} y={7.6} width={13} height={4.8} rx={1.2} fill="currentColor" stroke="none" />
    <path d="M24 8.6v2.8" stroke-width={2} />
  </Icon>
);

/** One for what has left the phone, two for what has arrived, bold and coloured for what was read; a clock for what waits. */
export function Ticks({ tick, said }: { tick: "waits" | "sent" | "delivered" | "read"; said: string }) {
  return (
    <svg
      class={`ticks ${tick}`}
      role="img"
      aria-label={said}
      viewBox="0 0 18 12"
      width={18}
      height={12}
      fill="none"
      stroke="currentColor"
      stroke-width={tick === "read" ? 2.2 : 1.5}
      stroke-linecap="round"
      stroke-linejoin="round"
    >
      <title>{said}</title>
      {tick === "waits" ? (
        <>
          <circle cx={9} cy={6} r={4.6} />
          <path d="M9 3.4V6l1.7 1.2" />
        </>
      ) : (
        <>
          <path d="M1.5 6.6 4.4 9.5 11 2.5" />
          {tick !== "sent" && <path d="m8.2 8.2 1.3 1.3 7-7" />}
        </>
      )}
    </svg>
  );
}
