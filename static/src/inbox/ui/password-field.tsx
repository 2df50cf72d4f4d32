interface PasswordFieldProps {
  label: string;
  /** What password managers fill in: the one that is, or a fresh one. */
  kind: "current-password" | "new-password";
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
