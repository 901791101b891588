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

  /**
   * A measured shape that a time is taken from.
   *
   * @param weight how much of the time's logarithm
   */
  record Corner(GemmShape shape, double weight) {}

  /** A measured size beside another one. */
  private record Neighbour(int size, double weight) {}

  /**
   * The measured shapes around this one. Their weights, which sum up to 1, are linear in the
   * logarithm of each size; what lies outside of all measured sizes counts as the outermost.
   */
  List<Corner> around() {
    int times = count == 1 ? 1 : MANY;
    List<Corner> corners = new ArrayList<>();
    for (Neighbour i : neighbours(times, m)) {
      for (Neighbour j : neighbours(times, n)) {
        for (Neighbour p : neighbours(times, k)) {
          GemmShape shape = new GemmShape(times, transA, transB, i.size, j.size, p.size);
          corners.add(new Corner(shape, i.weight * j.weight * p.weight));
        }
      }
    }
    return corners;
  }

  private static List<Neighbour> neighbours(int count, int size) {
    List<Integer> sizes = sizes(count);
    int above = 0;
    while (above < sizes.size() && size > sizes.get(above)) {
      above++;
    }
    if (above == sizes.size()) {
      return List.of(new Neighbour(sizes.getLast(), 1));
    }
    int high = sizes.get(above);
    if (above == 0 || size == high) {
      return List.of(new Neighbour(high, 1));
    }
    int low = sizes.get(above - 1);
    double part = Math.log((double) size / low) / Math.log((double) high / low);
    return List.of(new Neighbour(low, 1 - part), new Neighbour(high, part));
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
