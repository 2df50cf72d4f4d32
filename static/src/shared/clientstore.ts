/** What this browser keeps by itself. Storage may be full, blocked or torn: then memory serves and nothing breaks. */
export interface Kept {
  read<T>(key: string): T | undefined;
  write(key: string, value: unknown): void;
  drop(key: string): void;
}

export function keptIn(storage: () => Storage, prefix: string): Kept {
  const memory = new Map<string, string>();
  const guarded = <T>(act: (store: Storage) => T): T | undefined => {
    try {
      return act(storage());
    } catch {
      return undefined;
    }
  };
  return {
    read<T>(key: string): T | undefined {
      const text = guarded((store) => store.getItem(prefix + key)) ?? memory.get(key);
      if (text == null) return undefined;
      try {
        return JSON.parse(text) as T;
      } catch {
        return undefined;
      }
    },
    write(key, value) {
      const text = JSON.stringify(value);
      memory.set(key, text);
      guarded((store) => store.setItem(prefix + key, text));
    },
    drop(key) {
      memory.delete(key);
      guarded((store) => store.removeItem(prefix + key));
    },
  };
}
