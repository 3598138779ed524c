/** Where the phone is, once, with a time limit. Called only from a tap on 签到. */
export interface Fix {
  lat: number;
  lng: number;
  datum: "wgs84";
  accuracy_m: number;
  fix_age_s: number;
}
export type Located = Fix | "denied" | "none";

const LIMIT_MS = 15_000;

export function locate(): Promise<Located> {
  if (!navigator.geolocation) return Promise.resolve("none");
  return new Promise((resolve) => {
    // Some phones never call back: the limit holds whatever they do.
    const timer = setTimeout(() => resolve("none"), LIMIT_MS + 500);
    const end = (result: Located) => {
      clearTimeout(timer);
      resolve(result);
    };
    navigator.geolocation.getCurrentPosition(
      ({ coords, timestamp }) =>
        end({
          lat: coords.latitude,
          lng: coords.longitude,
          datum: "wgs84",
          accuracy_m: Math.round(coords.accuracy),
          fix_age_s: Math.max(0, Math.round((Date.now() - timestamp) / 1000)),
        }),
      (error) => end(error.code === error.PERMISSION_DENIED ? "denied" : "none"),
      { enableHighAccuracy: true, timeout: LIMIT_MS, maximumAge: 30_000 },
    );
  });
}
