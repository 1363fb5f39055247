/** Steps 0, 1, 2 …, so many at once, until there are no more or one fails. */
export async function each(count: number, atOnce: number, step: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) await step(next++);
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}
