/** Events by day, newest first: day, icon, title, one line of text. */
import type { ComponentChildren } from "preact";
import { clock } from "../core/clock";
import { dayNear } from "../core/format";
import { localeTag, t } from "../core/words";
import "./form-words";
import { Glyph } from "./glyph";

export interface TimelineEvent {
  key: string;
  on: string;
  /** Time of day, or nothing where only the day is known. */
  at?: string | null;
  icon: string;
  title: ComponentChildren;
  text?: ComponentChildren;
  /** What stands below: photos, buttons. */
  more?: ComponentChildren;
}

export function Timeline({ events }: { events: readonly TimelineEvent[] | undefined }) {
  if (!events)
    return (
      <div class="timeline">
        {[0, 1, 2].map((i) => (
          <div key={i} class="skeleton timeline-skeleton" />
        ))}
      </div>
    );
  if (events.length === 0) return <p class="page-note">{t("form.empty")}</p>;
  const today = clock.today();
  return (
    <ol class="timeline">
      {events.map(({ key, on, at, icon, title, text, more }) => (
        <li key={key} data-testid="event">
          <span class="timeline-day">
            <strong>{dayNear(on)}</strong>
            <span>{at ?? (on === today ? "" : weekdayName(on))}</span>
          </span>
          <span class="timeline-icon">
            <Glyph svg={icon} size={24} />
          </span>
          <div class="timeline-text">
            <div class="timeline-title">{title}</div>
            {text && <div class="timeline-sub">{text}</div>}
            {more}
          </div>
        </li>
      ))}
    </ol>
  );
}

const weekdayName = (on: string): string => new Intl.DateTimeFormat(localeTag(), { weekday: "short", timeZone: "UTC" }).format(new Date(`${on}T12:00:00Z`));
