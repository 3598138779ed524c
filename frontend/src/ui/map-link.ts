/** Where the map app opens with a way to a place: Amap inside China's datum, else the system's choice. */
export function mapLink(place: { name: string; lat: number | null; lng: number | null; datum: string | null }): string | null {
  if (place.lat === null || place.lng === null) return null;
  const name = encodeURIComponent(place.name);
  if (place.datum === "gcj02") return `https://uri.amap.com/navigation?to=${place.lng},${place.lat},${name}&mode=car&coordinate=gaode`;
  return `https://www.google.com/maps/dir/?api=1&destination=${place.lat},${place.lng}`;
}
