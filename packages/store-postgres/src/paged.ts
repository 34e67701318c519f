/** Rows a page. A page's order may have to be made among rows of the same time, so few large pages beat many small ones. */
export const PAGE = 2_000;

/**
 * All rows, page by page: each page is a query of its own that starts after the last row of the one before, so nothing is
 * held in the database between them and a server that was restarted is gone on with.
 */
export async function* paged<Row>(
  page: (last: Row | undefined, limit: number) => Promise<Row[]>,
  limit = Infinity,
): AsyncGenerator<Row, void, undefined> {
  let last: Row | undefined;
  for (let left = limit; left > 0; left -= PAGE) {
    const size = Math.min(PAGE, left);
    const rows = await page(last, size);
    yield* rows;
    if (rows.length < size) return;
    last = rows.at(-1);
  }
}
