// The page /sandbox/KEY/phones of `parley demo`: a newcomer has the phone of one of the shop's customers in the hand.

import "./phones.css";
import "./device.css";
import "./chat.css";
import { render } from "preact";
import { wearTheme } from "../../shared/theme";
import { Page } from "./page";

wearTheme(document.documentElement, "system");
const root = document.getElementById("app");
if (root) render(<Page />, root);
