/**
 * The same object, whose calls tell of what they fail with before they do: who catches an error far from where it happened
 * knows whose it is.
 */
export function watched<T extends object>(object: T, failed: (error: unknown) => void): T {
  const tell = (error: unknown): never => {
    failed(error);
    throw error;
  };
  return new Proxy(object, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== "function") return value;
      return (...args: unknown[]): unknown => {
        let result: unknown;
        try {
          result = value.apply(target, args);
        } catch (error) {
          return tell(error);
        }
        if (result instanceof Promise) return result.catch(tell);
        return isIterable(result) ? watchedItems(result, tell) : result;
      };
    },
  });
}

async function* watchedItems<I>(items: AsyncIterable<I>, tell: (error: unknown) => never): AsyncIterable<I> {
  try {
    yield* items;
  } catch (error) {
    tell(error);
  }
}

function isIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}
