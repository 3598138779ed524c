/**
 * A mark outside IndexedDB: which device this is and how many items were unsent. If IndexedDB was
 * wiped, the next start can say how much was lost. The place is handed in: the worker has none.
 */
export interface Marker {
  client_id: string;
  unsent: number;
}
export interface MarkerPlace {
  read(key: string): string | null;
  write(key: string, value: string): void;
}

let place: MarkerPlace | null = null;
export function setMarkerPlace(where: MarkerPlace | null): void {
  place = where;
}

export function markerOf(userId: string): Marker | null {
  const text = place?.read(`paceline.marker.${userId}`);
  return text ? (JSON.parse(text) as Marker) : null;
}

export function setMarker(userId: string, marker: Marker): void {
  place?.write(`paceline.marker.${userId}`, JSON.stringify(marker));
}
