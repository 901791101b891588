package dev.balboa.nn.data;

import java.util.Arrays;
import java.util.Comparator;

/**
 * Rearranges the order of an epoch so that the samples of a batch are of similar length: stretches
 * of some batches are sorted by length, cut into batches, and these shuffled again. An incomplete
 * batch stays the last.
 *
 * @param batches in a stretch; 1 changes nothing
 */
record Bucketing(int batches) {
  int[] arrange(Dataset dataset, int[] order, int batchSize, Long seed, long epoch) {
    if (batches == 1) {
      return order;
    }
    int[] arranged = new int[order.length];
    long stretch = (long) batches * batchSize;
    for (int from = 0; from < order.length; from += (int) Math.min(stretch, order.length)) {
      int to = (int) Math.min(from + stretch, order.length);
      int[] sorted = sorted(dataset, Arrays.copyOfRange(order, from, to));
      int full = (to - from) / batchSize;
      int[] places =
          seed == null
              ? Permutation.identity(full)
              : Permutation.shuffled(full, seed + from + 1, epoch);
      for (int i = 0; i < full; i++) {
        System.arraycopy(sorted, places[i] * batchSize, arranged, from + i * batchSize, batchSize);
      }
      int rest = full * batchSize;
      System.arraycopy(sorted, rest, arranged, from + rest, sorted.length - rest);
    }
    return arranged;
  }

  /** By length; what is as long stays in order. */
  private static int[] sorted(Dataset dataset, int[] stretch) {
    return Arrays.stream(stretch)
        .boxed()
        .sorted(Comparator.comparingInt(dataset::length))
        .mapToInt(Integer::intValue)
        .toArray();
  }
}
