import { me } from "../sync";

/** Me: who is signed in. */
export default function MeScreen() {
  return <main>{me().person.name}</main>;
}
