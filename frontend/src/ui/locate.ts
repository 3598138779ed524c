/** Reading the position, once, when the person asks for it. */
import { clock } from "../core/clock";

const TIME_OUT_MS = 15_000;

export interface Fix {
  lat: number;
  lng: number;
  datum: "wgs84";
  accuracy_m: number;
  fix_age_s: number;
  /** When it was read, server time. */
  at: Date;
}

export type Located = { fix: Fix } | { problem: "denied" | "none" };

/** The position now, or why there is none. Never longer than 15 seconds. */
export function locate(): Promise<Located> {
  if (!("geolocation" in navigator)) return Promise.resolve({ problem: "none" });
  return new Promise((resolve) => {
    navigator.geolocation.getCurrentPosition(
      ({ coords, timestamp }) =>
        resolve({
          fix: {
            lat: coords.latitude,
            lng: coords.longitude,
            datum: "wgs84",
            accuracy_m: Math.round(coords.accuracy),
            fix_age_s: Math.max(0, Math.round((clock.now().getTime() - clock.offset_ms() - timestamp) / 1000)),
            at: clock.now(),
          },
        }),
      (error) => resolve({ problem: error.code === error.PERMISSION_DENIED ? "denied" : "none" }),
      { enableHighAccuracy: true, timeout: TIME_OUT_MS, maximumAge: 0 },
    );
  });
}
