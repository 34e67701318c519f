/** A test for whole names: `*` is any run of characters, `?` any one, everything else itself. Never slow. */
export function globTest(glob: string): (name: string) => boolean {
  const pattern = [...glob];
  return (name) => {
    const text = [...name];
    let p = 0;
    // Where to go back to: behind the last "*", which then takes one character more.
    let star = -1;
    let taken = 0;
    for (let t = 0; t < text.length;) {
      if (pattern[p] === "*") {
        star = ++p;
        taken = t;
      } else if (p < pattern.length && (pattern[p] === "?" || pattern[p] === text[t])) {
        p++;
        t++;
      } else if (star >= 0) {
        p = star;
        t = ++taken;
      } else {
        return false;
      }
    }
    while (pattern[p] === "*") p++;
    return p === pattern.length;
  };
}
