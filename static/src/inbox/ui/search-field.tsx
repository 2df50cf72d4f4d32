/** Where words are typed that narrow what is shown below. */
export function SearchField({ label, value, change }: { label: string; value: string; change: (words: string) => void }) {
  return (
    <input
      class="input"
      type="search"
      maxLength={200}
      placeholder={label}
      aria-label={label}
      value={value}
      onInput={(event) => change(event.currentTarget.value)}
    />
  );
}
