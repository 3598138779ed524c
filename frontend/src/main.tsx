/** Starts the app: local effects, the last person's database, then the first screen. */
import { render } from "preact";
import { App } from "./app";
import { begin } from "./begin";

const root = document.getElementById("app");
if (root) {
  void begin();
  render(<App />, root);
}
