// What most customers never need: loaded when it is needed, all of it at once, with its style.

// What stands here and in the first script shall stand in one file, not in several that share each other's parts.
import "../main";
import attach from "./attach.sheet";
import away from "./away.sheet";
import emoji from "./emoji.sheet";
import lightbox from "./lightbox.sheet";
import marks from "./marks.sheet";
import moves from "./moves.sheet";

// A constructed sheet, because a policy without inline styles allows it.
const sheet = new CSSStyleSheet();
sheet.replaceSync([attach, away, emoji, lightbox, marks, moves].join("\n"));
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];

export { Chosen } from "./attach";
export { Away } from "./away";
export { Emojis } from "./emoji";
export { Lightbox } from "./lightbox";
export { Marks } from "./marks";
export { Moves } from "./moves";
