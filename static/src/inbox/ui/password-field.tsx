interface PasswordFieldProps {
  label: string;
  /** What password managers fill in: the one that is, a fresh one, or nothing: it is no password of theirs. */
  kind: "current-password" | "new-password" | "off";
  value: string;
  change: (password: string) => void;
  hint?: string;
  name?: string;
  required?: boolean;
}

export function PasswordField({ label, kind, value, change, hint, name, required = false }: PasswordFieldProps) {
  return (
    <label class="field">
      <span>{label}</span>
      <input
        class="input"
        type="password"
        name={name}
        autocomplete={kind}
        required={required}
        value={value}
        onInput={(event) => change(event.currentTarget.value)}
      />
      {hint && <small class="faint">{hint}</small>}
    </label>
  );
}
