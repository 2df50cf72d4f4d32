// Which pages may embed the chat: the same answer as `gateway.channels.webchat` gives, asked before anything is drawn,
// because a frame that the browser refuses would stand there empty.

/** `allowed`: whole origins, "https://*.host", or "*". */
export function mayEmbed(origin: string, allowed: readonly string[]): boolean {
  return allowed.some((one) => {
    if (one === "*" || one === origin) return true;
    const [scheme, host] = one.split("://*.");
    return !!host && origin.startsWith(`${scheme}://`) && origin.endsWith(`.${host}`);
  });
}
