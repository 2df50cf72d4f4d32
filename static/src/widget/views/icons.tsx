/** Drawn with the text's colour, 24 by 24; the words stand beside or in the button's label. */
export function Icon({ d }: { d: string }) {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true">
      <path d={d} />
    </svg>
  );
}

export const CloseIcon = () => <Icon d="M6 6l12 12M18 6L6 18" />;
export const MoveIcon = () => <Icon d="M7 3h10v18H7zM11 18h2" />;
export const SendIcon = () => <Icon d="M12 19V5M6 11l6-6 6 6" />;
export const AttachIcon = () => <Icon d="M19 11l-7.5 7.5a4.6 4.6 0 0 1-6.5-6.5l8-8a3 3 0 0 1 4.3 4.3l-8 8a1.5 1.5 0 0 1-2.1-2.1L14 7.4" />;
export const EmojiIcon = () => <Icon d="M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM8.5 14.2a4.4 4.4 0 0 0 7 0M9 9.5v.1M15 9.5v.1" />;
export const FileIcon = () => <Icon d="M7 3h7l5 5v13H7zM14 3v5h5" />;
export const DownIcon = () => <Icon d="M12 5v14M6 13l6 6 6-6" />;
export const ClockIcon = () => <Icon d="M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l3 2" />;
export const SentIcon = () => <Icon d="M5 12.5l4.5 4.5L19 7.5" />;
export const SeenIcon = () => <Icon d="M2 12.5l4.5 4.5L16 7.5M11.5 16l1 1L22 7.5" />;
