package dev.balboa.nn.backend.onednn;

import java.util.ArrayList;
import java.util.List;

/** A tensor seen as [outer, n, inner] around an axis or a run of neighbouring axes. */
record Split(long outer, long n, long inner) {
  static Split around(long[] dims, int from, int to) {
    long outer = 1;
    long n = 1;
    long inner = 1;
    for (int i = 0; i < dims.length; i++) {
      if (i < from) {
        outer *= dims[i];
      } else if (i < to) {
        n *= dims[i];
      } else {
        inner *= dims[i];
      }
    }
    return new Split(outer, n, inner);
  }

  /** Ascending axes as runs [from, to). */
  static List<int[]> runs(List<Integer> axes) {
    List<int[]> runs = new ArrayList<>();
    for (int axis : axes) {
      if (!runs.isEmpty() && runs.getLast()[1] == axis) {
        runs.getLast()[1]++;
      } else {
        runs.add(new int[] {axis, axis + 1});
      }
    }
    return runs;
  }
}
