/** Starts the app: local effects, the last person's database, then the first screen. */
import { render } from "preact";
import { App } from "./app";
import { effects } from "./registry";
import { installEffects } from "./sync";

installEffects(effects);
const root = document.getElementById("app");
if (root) render(<App />, root);
