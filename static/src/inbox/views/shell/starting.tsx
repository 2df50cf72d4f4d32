/** Before anything is known: the mark, and a word when it takes long. */
export function Starting({ text }: { text?: string }) {
  return (
    <main class="starting" aria-busy="true">
      <h1>
        <span class="brand-mark large" aria-hidden="true" />
        <span class="only-heard">Parley</span>
      </h1>
      {text && <p role="status">{text}</p>}
    </main>
  );
}
