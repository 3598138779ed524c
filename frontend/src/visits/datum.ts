/**
 * From the datum of satellites (WGS-84) to that of Chinese maps (GCJ-02), to show a distance before the
 * server has measured it. The position is sent as the phone read it. The usual approximation, good to
 * a metre or two; outside China both are the same.
 */
import type { Position } from "../core/geo";

const AXIS = 6_378_245;
const ECCENTRICITY = 0.006_693_421_622_965_943;

export function toDatum(position: Position, datum: string | null): Position {
  if (datum !== "gcj02" || position.datum !== "wgs84" || !isInChina(position)) return position;
  const [x, y] = [position.lng - 105, position.lat - 35];
  const rad = (position.lat / 180) * Math.PI;
  const magic = 1 - ECCENTRICITY * Math.sin(rad) ** 2;
  const north = (shiftNorth(x, y) * 180) / (((AXIS * (1 - ECCENTRICITY)) / magic ** 1.5) * Math.PI);
  const east = (shiftEast(x, y) * 180) / ((AXIS / Math.sqrt(magic)) * Math.cos(rad) * Math.PI);
  return { lat: position.lat + north, lng: position.lng + east, datum };
}

const isInChina = ({ lat, lng }: Position): boolean => lng > 72.004 && lng < 137.8347 && lat > 0.8293 && lat < 55.8271;

const wave = (x: number): number => ((20 * Math.sin(6 * x * Math.PI) + 20 * Math.sin(2 * x * Math.PI)) * 2) / 3;

function shiftNorth(x: number, y: number): number {
  const slow = ((20 * Math.sin(y * Math.PI) + 40 * Math.sin((y / 3) * Math.PI)) * 2) / 3 + ((160 * Math.sin((y / 12) * Math.PI) + 320 * Math.sin((y * Math.PI) / 30)) * 2) / 3;
  return -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * Math.sqrt(Math.abs(x)) + wave(x) + slow;
}

function shiftEast(x: number, y: number): number {
  const slow = ((20 * Math.sin(x * Math.PI) + 40 * Math.sin((x / 3) * Math.PI)) * 2) / 3 + ((150 * Math.sin((x / 12) * Math.PI) + 300 * Math.sin((x / 30) * Math.PI)) * 2) / 3;
  return 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * Math.sqrt(Math.abs(x)) + wave(x) + slow;
}
