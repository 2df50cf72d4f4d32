// The page /sandbox/KEY/slack of `parley demo`: a newcomer is one of the people of the shop's own workspace.

import "./town.css";
import "./room.css";
import "./blocks.css";
import { render } from "preact";
import { wearTheme } from "../../shared/theme";
import { Page } from "./page";

wearTheme(document.documentElement, "system");
const root = document.getElementById("app");
if (root) render(<Page />, root);
