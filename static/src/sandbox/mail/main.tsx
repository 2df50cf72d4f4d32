// The page /sandbox/KEY/mail of `parley demo`: a newcomer has the mailbox of one of the shop's customers before her.

import "./mail.css";
import "./program.css";
import "./writing.css";
import { render } from "preact";
import { wearTheme } from "../../shared/theme";
import { Page } from "./page";

wearTheme(document.documentElement, "system");
const root = document.getElementById("app");
if (root) render(<Page />, root);
