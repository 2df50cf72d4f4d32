const LETTERS = "0123456789abcdefghjkmnpqrstvwxyz";

/** A time-ordered id of 26 letters, as the server makes them: 48 bits of milliseconds before 80 random ones. */
export function newId(now: number = Date.now()): string {
  let time = "";
  for (let rest = now, i = 0; i < 10; i++, rest = Math.floor(rest / 32)) time = LETTERS[rest % 32] + time;
  const random = crypto.getRandomValues(new Uint8Array(16));
  return time + Array.from(random, (byte) => LETTERS[byte & 31]).join("");
}
