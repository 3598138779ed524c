/** Distances on the ground. Two positions are comparable only in one datum. */
export interface Position {
  lat: number;
  lng: number;
  datum: string;
}

/** Whole metres between two positions (haversine); null if one is missing or the datums differ. */
export function metresBetween(a: Position | null | undefined, b: { lat: number | null; lng: number | null; datum: string | null } | null | undefined): number | null {
  if (!a || !b || b.lat === null || b.lng === null || a.datum !== (b.datum ?? "wgs84")) return null;
  const rad = Math.PI / 180;
  const h = Math.sin(((b.lat - a.lat) * rad) / 2) ** 2 + Math.cos(a.lat * rad) * Math.cos(b.lat * rad) * Math.sin(((b.lng - a.lng) * rad) / 2) ** 2;
  return Math.round(12_742_000 * Math.asin(Math.min(1, Math.sqrt(h))));
}
