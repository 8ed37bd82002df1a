/**
 * Places for texts or signs of one height: each as near to where it belongs as its neighbours allow, in the same order, `distance` pixels apart. What is
 * crowded spreads to both sides of its middle (isotonic regression by pooling adjacent violators).
 *
 * @param wanted Pixels, in ascending order.
 * @param low No place is less.
 * @param high No place is more, unless there are too many for the room.
 */
export function spread(wanted: readonly number[], distance: number, low: number, high: number): number[] {
  // Less their share of the distances, places need only not descend.
  const pools: { sum: number; count: number }[] = [];
  for (const [index, place] of wanted.entries()) {
    let pool = { sum: place - index * distance, count: 1 };
    for (let before = pools.at(-1); before !== undefined && before.sum / before.count > pool.sum / pool.count; before = pools.at(-1)) {
      pools.pop();
      pool = { sum: before.sum + pool.sum, count: before.count + pool.count };
    }
    pools.push(pool);
  }
  const highest = high - (wanted.length - 1) * distance;
  const places: number[] = [];
  for (const { sum, count } of pools) {
    const place = Math.max(low, Math.min(highest, sum / count));
    for (let at = 0; at < count; at++) places.push(place + places.length * distance);
  }
  return places;
}
