import { linked } from "../../shared/links";

/** Words with the addresses in them as links; where they lead learns nothing of the chat. */
export function Linked({ text }: { text: string }) {
  return <>{linked(text).map(({ text, href }) => (href ? <a href={href} target="_blank" rel="noopener noreferrer nofollow">{text}</a> : text))}</>;
}
