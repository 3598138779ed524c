/** The mark: three dashes of the pace road, two done and one ahead. */
export function Mark({ size = 36 }: { size?: number }) {
  return (
    <svg class="mark" width={size} height={size / 2} viewBox="0 0 72 36" aria-hidden="true">
      <path d="M8 1h16L16 35H0z" fill="currentColor" />
      <path d="M32 1h16l-8 34H24z" fill="currentColor" />
      <path d="M57.5 2.5h12L62.3 33.5h-12z" fill="none" stroke="currentColor" stroke-width="3" />
    </svg>
  );
}
