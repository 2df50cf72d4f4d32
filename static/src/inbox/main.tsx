import "./styles";
import { render } from "preact";
import { listenToKeys } from "./keyboard";
import { startPreferences } from "./preferences";
import { findSession } from "./session";
import { App } from "./views/shell/app";

const root = document.getElementById("app") ?? document.body.appendChild(document.createElement("div"));

void startPreferences().then(() => {
  render(<App />, root);
  listenToKeys();
  void findSession();
});
