// Drawn for this page; they say nothing themselves, the words beside them do.

import type { ComponentChildren } from "preact";

function Icon({ children }: { children: ComponentChildren }) {
  return (
    <svg
      class="icon"
      viewBox="0 0 20 20"
      width={18}
      height={18}
      fill="none"
      stroke="currentColor"
      stroke-width={1.6}
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      {children}
    </svg>
  );
}

export const Pen = () => (
  <Icon>
    <path d="m4 16 1-4 8.5-8.5 3 3L8 15zM12 5l3 3" />
  </Icon>
);
export const Tray = () => (
  <Icon>
    <path d="M3 11h4l1.2 2.4h3.6L13 11h4M3 11l2.4-7h9.2L17 11v5.5H3z" />
  </Icon>
);
export const Sent = () => (
  <Icon>
    <path d="M17 3 9 11M17 3l-5 14-3-6-6-3z" />
  </Icon>
);
export const Clip = () => (
  <Icon>
    <path d="m16 9-6.2 6.2a3.6 3.6 0 0 1-5-5L11 4a2.4 2.4 0 0 1 3.4 3.4l-6.2 6.2a1.2 1.2 0 0 1-1.7-1.7L12 6.4" />
  </Icon>
);
export const Reply = () => (
  <Icon>
    <path d="M8 5 3.5 9.5 8 14M4 9.5h7a5 5 0 0 1 5 5V16" />
  </Icon>
);
export const ReplyAll = () => (
  <Icon>
    <path d="M6 5 2 9.5 6 14M10 5 6 9.5l4 4.5M6.5 9.5H12a5 5 0 0 1 5 5V16" />
  </Icon>
);
export const Forward = () => (
  <Icon>
    <path d="m12 5 4.5 4.5L12 14M16 9.5H9a5 5 0 0 0-5 5V16" />
  </Icon>
);
export const Bin = () => (
  <Icon>
    <path d="M4 6h12M8 6V4h4v2M5.5 6l.8 10.5h7.4L14.5 6M8.5 9v4.5M11.5 9v4.5" />
  </Icon>
);
export const Back = () => (
  <Icon>
    <path d="M12.5 4 6.5 10l6 6" />
  </Icon>
);
export const Cross = () => (
  <Icon>
    <path d="m5 5 10 10M15 5 5 15" />
  </Icon>
);
export const Sheet = () => (
  <Icon>
    <path d="M5 2.5h6.5L15 6v11.5H5zM11.5 2.5V6H15" />
  </Icon>
);
