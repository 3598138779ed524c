/** Distances on the ground. Maps in China shift coordinates, so both ends are brought into one datum first. */
import gcoord from "gcoord";

export interface Position {
  lat: number;
  lng: number;
  datum: string;
}

const SYSTEMS: Record<string, typeof gcoord.WGS84 | typeof gcoord.GCJ02 | typeof gcoord.BD09> = { wgs84: gcoord.WGS84, gcj02: gcoord.GCJ02, bd09: gcoord.BD09 };
const EARTH_RADIUS_M = 6_371_008.8; // mean radius of WGS-84, as on the server

/** The same place in WGS-84, as [lng, lat] in degrees. */
function toWgs84({ lat, lng, datum }: Position): [number, number] {
  return gcoord.transform([lng, lat], SYSTEMS[datum] ?? gcoord.WGS84, gcoord.WGS84) as [number, number];
}

/** Whole metres between two positions (haversine), in whatever datum each is given; null if one is missing. */
export function metresBetween(a: Position | null | undefined, b: { lat: number | null; lng: number | null; datum: string | null } | null | undefined): number | null {
  if (!a || !b || b.lat === null || b.lng === null) return null;
  const rad = Math.PI / 180;
  const [lng1, lat1] = toWgs84(a);
  const [lng2, lat2] = toWgs84({ lat: b.lat, lng: b.lng, datum: b.datum ?? "wgs84" });
  const h = Math.sin(((lat2 - lat1) * rad) / 2) ** 2 + Math.cos(lat1 * rad) * Math.cos(lat2 * rad) * Math.sin(((lng2 - lng1) * rad) / 2) ** 2;
  return Math.round(2 * EARTH_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(h))));
}
