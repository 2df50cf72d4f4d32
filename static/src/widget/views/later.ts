// What most customers never need: loaded when it is needed, all of it at once, with its style.

// What stands here and in the first script shall stand in one file, not in several that share each other's parts.
import "../main";
import styles from "./later.sheet";

// A constructed sheet, because a policy without inline styles allows it.
const sheet = new CSSStyleSheet();
sheet.replaceSync(styles);
document.adoptedStyleSheets.push(sheet);

export { Chosen } from "./attach";
export { Away } from "./away";
export { Emojis } from "./emoji";
export { Lightbox } from "./lightbox";
export { Marks } from "./marks";
export { Moves } from "./moves";
