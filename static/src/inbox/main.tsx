import "./styles";
import mark from "./mark.svg";
import { render } from "preact";
import { listenToKeys } from "./keyboard";
import { startPreferences } from "./preferences";
import { route } from "./router";
import { findSession } from "./session";
import { App } from "./views/shell/app";

const icon = document.createElement("link");
icon.rel = "icon";
icon.href = `data:image/svg+xml,${encodeURIComponent(mark)}`;
document.head.append(icon);

const root = document.getElementById("app") ?? document.body.appendChild(document.createElement("div"));

const ASK_AGAIN = 3000; // ms

startPreferences().then(
  () => {
    render(<App />, root);
    listenToKeys();
    // A one-time link says by itself who enters.
    if (route.value.screen !== "link") void findSession();
  },
  // Without its words the page can say nothing; it begins anew until it has them.
  () => setTimeout(() => location.reload(), ASK_AGAIN),
);
