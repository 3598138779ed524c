/** Kinds of customers: a company's own words, or one of the known codes, said in the reader's language. */
import { say } from "../core/words";
import "./words";

const KNOWN = ["polyclinic", "community", "rehab", "dental", "checkup", "nursing", "eye", "tcm", "orthopaedic", "lab"];

/** A kind in words; null stays null. */
export const kindName = (kind: string | null): string | null => kind && (say(`kind.${kind}`) ?? kind);

/** What a person wrote as a kind, as it is kept: the code of a known one. */
export const kindOf = (text: string | null): string | null => KNOWN.find((code) => say(`kind.${code}`) === text) ?? text;
