/** Numbers, money, days as experience.md section 8 writes them. */
import { beforeEach, describe, expect, it } from "vitest";
import { addDays, clock, dayOf, timeZone, weekday } from "../src/core/clock";
import { day, dayShort, days, distance, money, moneyDelta, moneyParts, month, parseMoney, time } from "../src/core/format";
import { locale } from "../src/core/words";

const minus = "\u2212";

describe("money in Chinese", () => {
  beforeEach(() => {
    locale.value = "zh";
  });
  it("turns to 万 with one decimal from 1 万 and to 亿 with two from 1 亿", () => {
    expect(money(6_100_000, "CNY")).toBe("¥6.1万");
    expect(money(727_200, "CNY")).toBe("¥7,272");
    expect(money(999_949, "CNY")).toBe("¥9,999");
    expect(money(999_950, "CNY")).toBe("¥1.0万");
    expect(money(12_500_000_000, "CNY")).toBe("¥1.25亿");
  });
  it("leaves the symbol out in rows and puts a space before the unit in sentences", () => {
    expect(money(6_100_000, "CNY", { style: "row" })).toBe("6.1万");
    expect(money(6_100_000, "CNY", { style: "text" })).toBe("6.1 万");
  });
  it("signs deltas with a true minus and calls none 不变", () => {
    expect(money(-6_000, "CNY", { style: "row", signed: true })).toBe(`${minus}60`);
    expect(moneyDelta(40_000_00, "CNY")).toBe("+4.0万");
    expect(moneyDelta(0, "CNY")).toBe("不变");
  });
  it("gives the parts of a display number", () => {
    expect(moneyParts(6_100_000, "CNY")).toEqual({ sign: "", symbol: "¥", number: "6.1", unit: "万" });
  });
});

describe("money in English", () => {
  beforeEach(() => {
    locale.value = "en";
  });
  it("means the same at the same precision", () => {
    expect(money(6_100_000, "CNY")).toBe("¥61k");
    expect(money(125_000_000, "CNY")).toBe("¥1.25M");
    expect(money(99_949_999, "CNY")).toBe("¥999k");
    expect(money(99_950_000, "CNY")).toBe("¥1.00M");
  });
  it("uses the currency's own symbol and minor digits", () => {
    expect(money(123_456, "USD", { style: "plain" })).toBe("$1,234.56");
    expect(money(5_000, "JPY", { style: "plain" })).toBe("¥5,000");
  });
});

describe("typed amounts", () => {
  it("are read with separators, units and symbols, or not at all", () => {
    expect(parseMoney("1,234.5", "CNY")).toBe(123_450);
    expect(parseMoney("¥6.1万", "CNY")).toBe(6_100_000);
    expect(parseMoney("12k", "USD")).toBe(1_200_000);
    expect(parseMoney("abc", "CNY")).toBeNull();
    expect(parseMoney("", "CNY")).toBeNull();
  });
});

describe("days and times", () => {
  it("are the person's own, in their zone", () => {
    timeZone.value = "Asia/Shanghai";
    expect(dayOf("2026-11-22T16:30:00Z")).toBe("2026-11-23");
    expect(time("2026-11-23T01:41:00Z")).toBe("9:41");
    expect(dayOf("2026-11-22T16:30:00Z", "America/New_York")).toBe("2026-11-22");
  });
  it("read as in the design", () => {
    locale.value = "zh";
    expect(day("2026-11-23")).toBe("11月23日 周一");
    expect(dayShort("2026-11-20")).toBe("11/20");
    expect(month("2026-11-01")).toBe("11 月");
    locale.value = "en";
    expect(day("2026-11-23")).toBe("Mon 23 Nov");
    expect(month("2026-11-01")).toBe("November");
  });
  it("step over the end of a month, and weeks begin on Monday", () => {
    expect(addDays("2026-02-28", 1)).toBe("2026-03-01");
    expect(weekday("2026-11-23")).toBe(1);
    expect(weekday("2026-11-22")).toBe(7);
  });
  it("follow the server's clock, not the phone's", () => {
    clock.setOffset(-365 * 86_400_000);
    expect(Math.abs(clock.now().getTime() - (Date.now() - 365 * 86_400_000))).toBeLessThan(1000);
    clock.setOffset(0);
  });
});

describe("working days and distances", () => {
  it("have one decimal, a sign where asked, and none at zero", () => {
    expect(days(1.44)).toBe("1.4");
    expect(days(-0.6, { signed: true })).toBe(`${minus}0.6`);
    expect(days(0.04, { signed: true })).toBe("0.0");
  });
  it("are metres below one kilometre, then kilometres", () => {
    locale.value = "zh";
    expect(distance(149.6)).toBe("150 米");
    expect(distance(999.6)).toBe("1.0 公里");
    expect(distance(1234)).toBe("1.2 公里");
  });
});
