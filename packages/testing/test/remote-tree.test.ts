import { RemoteTree } from "@daybook/testing";
import { describe, expect, test } from "vitest";

const text = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString();
const noon = new Date("2025-01-01T12:00:00.123Z");

describe("a remote tree", () => {
  test("creates the directories above a file and lists it with size and time", () => {
    const tree = new RemoteTree();
    tree.put("/a/b/c.txt", "hello", noon);
    expect(tree.entries("/a/b")).toEqual([{ name: "c.txt", type: "file", size: 5, modifiedAt: noon }]);
    expect(tree.entries("/a")).toEqual([{ name: "b", type: "directory", modifiedAt: noon }]);
    expect(tree.files()).toEqual(["/a/b/c.txt"]);
  });

  test("tells a missing directory and a file from an empty directory", () => {
    const tree = new RemoteTree();
    tree.makeDirectory("/empty");
    tree.put("/file", "x");
    expect(tree.entries("/empty")).toEqual([]);
    expect(tree.entries("/missing")).toBeUndefined();
    expect(tree.entries("/file")).toBeUndefined();
    expect(tree.bytes("/empty")).toBeUndefined();
  });

  test("appends, replaces, renames and removes", () => {
    const tree = new RemoteTree();
    tree.put("/d/a", "one");
    tree.append("/d/a", "+two", noon);
    expect(text(tree.bytes("/d/a"))).toBe("one+two");
    expect(tree.stat("/d/a")?.modifiedAt).toEqual(noon);
    tree.put("/d/a", "x");
    tree.rename("/d/a", "/e/b");
    expect(tree.files()).toEqual(["/e/b"]);
    expect(text(tree.bytes("/e/b"))).toBe("x");
    tree.remove("/e");
    expect(tree.entries("/e")).toBeUndefined();
    tree.remove("/e");
  });

  test("lists planted entries with names no file could have, and forgets them with their directory", () => {
    const tree = new RemoteTree();
    const names = ["..", "a\nb", "nul\0", "../../etc/passwd", "back\\slash", "x".repeat(300)];
    for (const name of names) tree.plant("/d/e", { name, type: "file", size: 1 });
    expect(tree.entries("/d/e")?.map((entry) => entry.name)).toEqual(names);
    tree.rename("/d", "/f");
    expect(tree.entries("/f/e")).toHaveLength(names.length);
    tree.remove("/f");
    tree.makeDirectory("/f/e");
    expect(tree.entries("/f/e")).toEqual([]);
  });

  test("an open file reads on in the same file when it grows, is renamed or removed", () => {
    const tree = new RemoteTree();
    tree.put("/a", "12345");
    const file = tree.openFile("/a")!;
    expect(text(file.read(0, 3))).toBe("123");
    tree.append("/a", "67");
    tree.rename("/a", "/b");
    expect(text(file.read(3, 100))).toBe("4567");
    tree.remove("/b");
    expect(text(file.read(5, 100))).toBe("67");
    expect(file.read(7, 100)).toHaveLength(0);
    file.close();
    expect(tree.openFile("/b")).toBeUndefined();
  });

  test("takes the time from its clock where none is given", () => {
    const tree = new RemoteTree({ clock: { now: () => noon, sleep: async () => {} } });
    tree.put("/a", "1");
    expect(tree.stat("/a")?.modifiedAt).toEqual(noon);
  });

  test("refuses paths that aren't absolute and normalised", () => {
    const tree = new RemoteTree();
    for (const path of ["a", "/a/../b", "/a//b", "/a/", "/a/./b", "/a\0"]) {
      expect(() => tree.put(path, "x"), path).toThrow(/normalised/);
    }
  });
});
