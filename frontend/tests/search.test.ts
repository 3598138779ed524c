/** Customers are found offline by name, pinyin initials and phone. */
import { describe, expect, it } from "vitest";
import { initialsOf } from "../src/core/pinyin";
import { CustomerIndex } from "../src/sync/search";

const make = (id: string, name: string, phone: string | null = null, merged_into_id: string | null = null) => ({ id, name, initials: initialsOf(name), phone, merged_into_id });
const index = new CustomerIndex([
  make("1", "杭州市第一人民医院", "0571-5600 7777"),
  make("2", "浙江省人民医院", "0571 8589 3114"),
  make("3", "Acme Hospital"),
  make("4", "西湖区人民医院"),
  make("5", "旧名字", null, "1"),
]);
const ids = (query: string) => index.find(query).map((one) => one.id);

describe("searching customers", () => {
  it("finds by part of the name", () => expect(ids("人民医院").sort()).toEqual(["1", "2", "4"]));
  it("finds by the initials of the pinyin", () => expect(ids("hzsdy")).toEqual(["1"]));
  it("finds by phone number, however it is written", () => expect(ids("56007777")).toEqual(["1"]));
  it("finds Latin names whatever the case and spaces", () => expect(ids("acmehos")).toEqual(["3"]));
  it("puts names that start with it before names that hold it", () => expect(ids("x")[0]).toBe("4"));
  it("widens again when letters are taken back", () => {
    expect(ids("zjs")).toEqual(["2"]);
    expect(ids("z").length).toBeGreaterThan(1);
  });
  it("leaves merged customers out", () => expect(ids("旧名字")).toEqual([]));
  it("answers everything to nothing typed", () => expect(ids("")).toHaveLength(4));
});

describe("initials made on the phone", () => {
  it("are those of common readings", () => {
    expect(initialsOf("杭州康桥医疗")).toBe("hzkqyl");
    expect(initialsOf("北京 3M 公司")).toBe("bj3mgs");
  });
});
