import { describe, expect, it } from "vitest";
import type { Row } from "../sync";
import { type Tree, above, mayDecide, presentApprover } from "./tree";

const tree: Tree = new Map([
  ["director", null],
  ["manager", "director"],
  ["other", "director"],
  ["rep", "manager"],
  ["colleague", "other"],
]);

const request = (requester_id: string, people: string[], status = "submitted") =>
  ({ requester_id, approver_id: "gone", status, cells: people.map((person_id) => ({ person_id })) }) as Row<"adjustment">;

describe("who decides a request", () => {
  it("is the lowest manager who has everybody touched below", () => {
    expect(presentApprover(tree, request("rep", ["rep"]))).toBe("manager");
    expect(presentApprover(tree, request("rep", ["rep", "colleague"]))).toBe("director");
    expect(presentApprover(tree, request("manager", ["manager"]))).toBe("director");
  });

  it("is whoever it was sent to when nobody is above", () => {
    expect(presentApprover(tree, request("director", ["rep"]))).toBe("gone");
  });

  it("may also be somebody above, but never who asked, nor anyone beside", () => {
    const asked = request("rep", ["rep"]);
    expect(["manager", "director", "rep", "other"].map((person) => mayDecide(tree, asked, person))).toEqual([true, true, false, false]);
  });

  it("is nobody once it is decided", () => {
    expect(mayDecide(tree, request("rep", ["rep"], "approved"), "manager")).toBe(false);
  });

  it("does not go round for ever in a circle of people", () => {
    const circle: Tree = new Map([
      ["a", "b"],
      ["b", "c"],
      ["c", "b"],
    ]);
    expect(above(circle, "a")).toEqual(["b", "c"]);
  });
});
