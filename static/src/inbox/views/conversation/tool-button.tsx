import { Icon, type IconName } from "../../ui/icons";

interface ToolButtonProps {
  icon: IconName;
  label: string;
  run: () => void;
  off?: boolean;
}

/** A tool of what is looked at whole. */
export function ToolButton({ icon, label, run, off = false }: ToolButtonProps) {
  return (
    <button type="button" class="button quiet square" aria-label={label} title={label} disabled={off} onClick={run}>
      <Icon name={icon} />
    </button>
  );
}
