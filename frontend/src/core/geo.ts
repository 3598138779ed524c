/**
 * Distances on the ground. Maps in China shift coordinates, so two ends in different datums are first
 * brought into one. The code that converts (datums.ts) loads beside the first screen.
 */
export interface Position {
  lat: number;
  lng: number;
  datum: string;
}

type Convert = (position: Position) => { lat: number; lng: number };

const EARTH_RADIUS_M = 6_371_008.8; // mean radius of WGS-84, as on the server
let toWgs84: Convert | null = null;

/** Hands in the conversion to WGS-84. */
export function setConverter(convert: Convert): void {
  toWgs84 = convert;
}

/** Whole metres between two positions (haversine); null if one is missing, or cannot be converted yet. */
export function metresBetween(a: Position | null | undefined, b: { lat: number | null; lng: number | null; datum: string | null } | null | undefined): number | null {
  if (!a || !b || b.lat === null || b.lng === null) return null;
  const other = { lat: b.lat, lng: b.lng, datum: b.datum ?? "wgs84" };
  if (a.datum === other.datum) return haversine(a, other);
  return toWgs84 && haversine(toWgs84(a), toWgs84(other));
}

/** How many metres east and north of `from` a position is, near enough to draw a few hundred metres; null if unknown. */
export function offsetMetres(from: Position | null, to: Position | null): { east: number; north: number } | null {
  if (!from || !to || (from.datum !== to.datum && !toWgs84)) return null;
  const [a, b] = from.datum === to.datum || !toWgs84 ? [from, to] : [toWgs84(from), toWgs84(to)];
  const metresPerDegree = (Math.PI / 180) * EARTH_RADIUS_M;
  return { east: (b.lng - a.lng) * metresPerDegree * Math.cos((a.lat * Math.PI) / 180), north: (b.lat - a.lat) * metresPerDegree };
}

function haversine(a: { lat: number; lng: number }, b: { lat: number; lng: number }): number {
  const rad = Math.PI / 180;
  const h = Math.sin(((b.lat - a.lat) * rad) / 2) ** 2 + Math.cos(a.lat * rad) * Math.cos(b.lat * rad) * Math.sin(((b.lng - a.lng) * rad) / 2) ** 2;
  return Math.round(2 * EARTH_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(h))));
}
