/** Distances are measured in one datum, whatever the ends are given in. */
import { describe, expect, it } from "vitest";
import "../src/core/datums";
import { metresBetween } from "../src/core/geo";

const lake = { lat: 30.2431, lng: 120.1502, datum: "wgs84" };

describe("metres between two positions", () => {
  it("are those on the ground", () => {
    const north = { ...lake, lat: lake.lat + 0.001 };
    expect(metresBetween(lake, north)).toBe(111);
  });
  it("do not jump when one end is in the datum of Chinese maps", () => {
    // The same place in GCJ-02, from the published conversion.
    const shifted = { lat: 30.240777, lng: 120.154906, datum: "gcj02" };
    expect(metresBetween(lake, shifted)).toBeLessThan(3);
    expect(metresBetween(lake, { ...shifted, datum: "wgs84" })).toBeGreaterThan(400);
  });
  it("are unknown when a position is missing", () => {
    expect(metresBetween(lake, { lat: null, lng: null, datum: null })).toBeNull();
    expect(metresBetween(null, lake)).toBeNull();
  });
});
