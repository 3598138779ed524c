/** Tabs of one screen; the chosen one carries the slanted line. */
interface Props<K extends string> {
  tabs: readonly { key: K; label: string }[];
  chosen: K;
  onChoose: (key: K) => void;
  /** Id of the panel that they fill. */
  panel: string;
}

export function Tabs<K extends string>({ tabs, chosen, onChoose, panel }: Props<K>) {
  const at = tabs.findIndex((tab) => tab.key === chosen);
  const move = (by: number) => {
    const next = tabs[(at + by + tabs.length) % tabs.length];
    if (next) onChoose(next.key);
  };
  return (
    <div
      class="tabs"
      role="tablist"
      onKeyDown={(event) => {
        if (event.key === "ArrowRight") move(1);
        if (event.key === "ArrowLeft") move(-1);
      }}
    >
      {tabs.map(({ key, label }) => (
        <button
          key={key}
          type="button"
          role="tab"
          aria-selected={key === chosen}
          aria-controls={panel}
          tabIndex={key === chosen ? 0 : -1}
          data-testid={`tab-${key}`}
          onClick={() => onChoose(key)}
        >
          {label}
        </button>
      ))}
    </div>
  );
}
