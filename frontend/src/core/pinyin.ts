/**
 * Pinyin initials of a name, for customers made on the phone; the server sends its own with each row.
 *
 * Uses the browser's pinyin collation: a character sorts between the first characters of two letters.
 * Characters with several readings get the common one.
 */
const BOUNDS = "阿八嚓哒妸发旮哈讥咔垃妈拏噢妑七呥扨它穵夕丫帀";
const LETTERS = "abcdefghjklmnopqrstwxyz";
let collator: Intl.Collator | undefined;

/** `杭州康桥` → `hzkq`; Latin words and digits stay, in lower case, without spaces. */
export function initialsOf(name: string): string {
  collator ??= new Intl.Collator("zh-Hans-CN-u-co-pinyin");
  const compare = collator.compare;
  let out = "";
  for (const char of name.normalize("NFKC")) {
    if (/[a-z0-9]/i.test(char)) out += char.toLowerCase();
    else if (/\p{Script=Han}/u.test(char)) {
      let i = LETTERS.length - 1;
      while (i > 0 && compare(char, BOUNDS[i] ?? "") < 0) i--;
      out += LETTERS[i];
    }
  }
  return out;
}
