// How many messages are new, in front of the page's own title: seen from another tab.

let mark = "";

/** Takes back what was put there, if the page has not changed it meanwhile, and puts the new number. */
export function markTitle(unread: number): void {
  if (mark && document.title.startsWith(mark)) document.title = document.title.slice(mark.length);
  mark = unread ? `(${unread}) ` : "";
  if (mark) document.title = mark + document.title;
}
