/** What a notification says when the push brought no words. */
interface Sentence {
  zh: string;
  en: string;
}

const SOMETHING_NEW: Sentence = { zh: "有新消息，打开查看", en: "Something new. Open to see it." };

/** The fallback in the phone's own language: the worker does not know whose it is. */
export const somethingNew = (language: string): string => SOMETHING_NEW[/^zh/i.test(language) ? "zh" : "en"];
