/** A Lucide icon, inline, in the colour of the text beside it. Decoration: the words say it too. */
export function Glyph({ svg, size = 24 }: { svg: string; size?: number }) {
  return <span class="glyph" style={{ width: `${size}px`, height: `${size}px` }} aria-hidden="true" dangerouslySetInnerHTML={{ __html: svg }} />;
}
