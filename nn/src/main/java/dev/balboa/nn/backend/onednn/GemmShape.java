package dev.balboa.nn.backend.onednn;

import java.util.ArrayList;
import java.util.List;

/**
 * Products C [m, n] = op(A) op(B) over k terms.
 *
 * @param count how many of them in one call
 * @param transA whether memory holds the transpose of op(A), row-major
 * @param transB likewise for op(B)
 */
record GemmShape(int count, boolean transA, boolean transB, int m, int n, int k) {
  /** The count that stands for all above 1. */
  static final int MANY = 16;

  /** Sizes that are measured. */
  static final List<Integer> SIZES = List.of(1, 4, 16, 64, 256, 1024);

  /** Sizes that are measured of many products. */
  static final List<Integer> SIZES_OF_MANY = SIZES.subList(0, 5);

  /** Every shape that is measured, k going by fastest. */
  static List<GemmShape> measured() {
    List<GemmShape> all = new ArrayList<>();
    for (int count : List.of(1, MANY)) {
      List<Integer> sizes = sizes(count);
      for (int transposes = 0; transposes < 4; transposes++) {
        for (int m : sizes) {
          for (int n : sizes) {
            for (int k : sizes) {
              all.add(new GemmShape(count, transposes / 2 == 1, transposes % 2 == 1, m, n, k));
            }
          }
        }
      }
    }
    return all;
  }

  private static List<Integer> sizes(int count) {
    return count == 1 ? SIZES : SIZES_OF_MANY;
  }

  /** The measured shape that stands for this one: the nearest in each size, by ratio. */
  GemmShape nearest() {
    int times = count == 1 ? 1 : MANY;
    return new GemmShape(
        times, transA, transB, nearest(times, m), nearest(times, n), nearest(times, k));
  }

  private static int nearest(int count, int size) {
    List<Integer> sizes = sizes(count);
    int i = 0;
    while (i + 1 < sizes.size() && size > 2 * sizes.get(i)) { // they grow by factors of 4
      i++;
    }
    return sizes.get(i);
  }

  /** The same with op(B) in memory or its transpose. */
  GemmShape withTransB(boolean transposed) {
    return new GemmShape(count, transA, transposed, m, n, k);
  }

  /** {@code NT}: A as it is, B transposed. */
  String transposes() {
    return (transA ? "T" : "N") + (transB ? "T" : "N");
  }

  @Override
  public String toString() {
    return (count == 1 ? "" : count + " of ") + m + "x" + n + "x" + k + " " + transposes();
  }
}
