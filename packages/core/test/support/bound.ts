/** An object's methods, own or inherited, as a plain object whose parts can be replaced. */
export function bound<T extends object>(object: T): T {
  const inherited = Object.getOwnPropertyNames(Object.getPrototypeOf(object));
  const entries = [...inherited, ...Object.keys(object)].map(
    (key) => [key, (object as Record<string, unknown>)[key]] as const,
  );
  return Object.fromEntries(
    entries.map(([key, value]) => [key, typeof value === "function" ? value.bind(object) : value]),
  ) as T;
}
