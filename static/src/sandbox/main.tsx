// The page /sandbox/KEY of `parley demo`: a newcomer plays the customer of an invented shop.

import "./sandbox.css";
import { render } from "preact";
import { wearTheme } from "../shared/theme";
import { Page } from "./page";

wearTheme(document.documentElement, "system");
const root = document.getElementById("app");
if (root) render(<Page />, root);
