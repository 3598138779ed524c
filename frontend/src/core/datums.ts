/** Converts between the datums of maps: WGS-84, GCJ-02 (state maps, AMap, Tencent), BD-09 (Baidu). */
import gcoord from "gcoord";
import { setConverter } from "./geo";

const SYSTEMS: Record<string, typeof gcoord.WGS84 | typeof gcoord.GCJ02 | typeof gcoord.BD09> = { wgs84: gcoord.WGS84, gcj02: gcoord.GCJ02, bd09: gcoord.BD09 };

setConverter(({ lat, lng, datum }) => {
  const [east, north] = gcoord.transform([lng, lat], SYSTEMS[datum] ?? gcoord.WGS84, gcoord.WGS84) as [number, number];
  return { lat: north, lng: east };
});
