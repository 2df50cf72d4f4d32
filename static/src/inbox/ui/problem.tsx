/** Why something did not work, read out as soon as it stands there; nothing while all is well. */
export function Problem({ text }: { text: string | null | undefined | false }) {
  if (!text) return null;
  return (
    <p class="form-problem" role="alert">
      {text}
    </p>
  );
}
