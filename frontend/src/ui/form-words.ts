/** Words of the parts that forms share. */
import { defineWords } from "../core/words";

export const words = defineWords({
  "form.must": { zh: "必填", en: "required" },
  "form.less": { zh: "{name}，减少", en: "{name}, less" },
  "form.more": { zh: "{name}，增加", en: "{name}, more" },
  "form.photoFirst": { zh: "拍一张", en: "Take one" },
  "form.photoMore": { zh: "再拍一张", en: "Another one" },
  "form.photo": { zh: "照片 {n}", en: "Photo {n}" },
  "form.photoRemove": { zh: "去掉这张", en: "Remove this photo" },
  "form.photoWorking": { zh: "正在存", en: "Saving" },
  "form.photoBad": { zh: "这张图片打不开，没有存下。换一张，或用相机再拍一次。", en: "This picture could not be opened and was not saved. Take another one." },
  "form.photoFull": { zh: "手机空间不够，照片没有存下。腾出一些空间再拍。", en: "No room on this phone, the photo was not saved. Free some space and take it again." },
  "form.photoAway": { zh: "照片已在服务器，联网时可看", en: "The photo is on the server; it shows with a connection" },
  "form.empty": { zh: "还没有记录", en: "Nothing here yet" },
});
type Words = typeof words;
declare module "../core/words" {
  interface Catalog extends Words {}
}
