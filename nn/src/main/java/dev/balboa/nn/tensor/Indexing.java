package dev.balboa.nn.tensor;

import dev.balboa.nn.op.CompareKind;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.LogicalKind;
import dev.balboa.nn.op.Positions;
import dev.balboa.nn.op.Shape;
import java.util.Arrays;

/**
 * Elements picked and placed by whole positions, by masks and by lengths; composed of other
 * operations. Positions are I32 or I64 and count from the end if negative. One out of range is
 * refused by the operation that picks or places, which says where it stands.
 */
public final class Indexing {
  private Indexing() {}

  // ---- By positions ----

  /**
   * What lies at positions: x [B..., D1, ..., DK, rest...] and positions [B..., M..., K] give
   * [B..., M..., rest...].
   *
   * @param batchAxes how many leading axes B... both have in common; 0 for none
   */
  public static Tensor gatherNd(Tensor x, Tensor positions, int batchAxes) {
    String name = "gather_nd";
    Places places = Places.of(name, x.shape(), positions, batchAxes);
    long all = places.batch * places.count;
    Tensor flat = places.flat(positions);
    if (places.batch > 1) {
      Tensor starts =
          Tensors.arange(0, (double) places.count, places.batch, DType.I64).unsqueeze(1);
      Tensor within = flat.compare(CompareKind.LT, Facades.number(flat, (double) places.count));
      Tensor shifted = flat.reshape(places.batch, -1).add(starts).reshape(flat.shape().dims());
      flat = within.where(shifted, Facades.number(flat, (double) all));
    }
    Shape out = positions.shape().slice(0, positions.shape().rank() - 1);
    return x.reshape(all, places.rest.size())
        .indexSelect(0, flat)
        .reshape(out.append(places.rest.dims()).dims());
  }

  /**
   * x with what lies at positions replaced: x [D1, ..., DK, rest...], positions [M..., K], updates
   * [M..., rest...]. Of several for one position the last stays, and it alone gets a gradient.
   */
  public static Tensor scatterNd(Tensor x, Tensor positions, Tensor updates) {
    Places places = updated("scatter_nd", x, positions, updates);
    Tensor flat = places.flat(positions);
    long m = flat.shape().size();
    long width = places.rest.size();
    return x.reshape(places.count, width)
        .scatter(0, flat.unsqueeze(1).expand(m, width), updates.reshape(m, width))
        .reshape(x.shape().dims());
  }

  /** As {@link #scatterNd}, but all updates of a position are added to what lies there. */
  public static Tensor scatterNdAdd(Tensor x, Tensor positions, Tensor updates) {
    Places places = updated("scatter_nd_add", x, positions, updates);
    Facades.floating("scatter_nd_add", "input", x);
    Tensor flat = places.flat(positions);
    long width = places.rest.size();
    return x.reshape(places.count, width)
        .indexAdd(0, flat, updates.reshape(flat.shape().size(), width))
        .reshape(x.shape().dims());
  }

  private static Places updated(String name, Tensor x, Tensor positions, Tensor updates) {
    Places places = Places.of(name, x.shape(), positions, 0);
    Shape lead = positions.shape().slice(0, positions.shape().rank() - 1);
    Shape expected = lead.append(places.rest.dims());
    Facades.sameType(name, "updates", updates, x);
    Facades.that(
        updates.shape().equals(expected), name, "updates of shape " + expected, updates.spec());
    return places;
  }

  /**
   * The axes that positions point into, as one.
   *
   * @param batch product of the axes in common
   * @param dims sizes of the axes that a position has a component for
   * @param count product of these
   * @param rest the axes behind them
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Places(long batch, long[] dims, long count, Shape rest) {
    static Places of(String name, Shape x, Tensor positions, int batchAxes) {
      Facades.that(
          positions.dtype() == DType.I32 || positions.dtype() == DType.I64,
          name,
          "positions of type I32 or I64",
          positions.spec());
      Shape at = positions.shape();
      boolean shared = batchAxes >= 0 && batchAxes < at.rank() && batchAxes <= x.rank();
      Facades.that(
          shared && x.slice(0, batchAxes).equals(at.slice(0, batchAxes)),
          name,
          "positions with the first " + batchAxes + " axes of " + x + " and one more",
          positions.spec());
      long width = at.dim(-1);
      Facades.that(
          width >= 1 && width <= x.rank() - batchAxes,
          name,
          "positions of 1 to " + (x.rank() - batchAxes) + " components, in " + x,
          positions.spec());
      int end = batchAxes + (int) width;
      Shape pointed = x.slice(batchAxes, end);
      long batch = x.slice(0, batchAxes).size();
      return new Places(batch, pointed.dims(), pointed.size(), x.slice(end, x.rank()));
    }

    /** Row-major positions, I64 [batch M]; one out of range is {@code count}. */
    Tensor flat(Tensor positions) {
      int k = dims.length;
      long[] strides = new long[k];
      long stride = 1;
      for (int i = k - 1; i >= 0; i--) {
        strides[i] = stride;
        stride *= dims[i];
      }
      Shape rows = positions.shape().slice(0, positions.shape().rank() - 1);
      Tensor sizes = Tensor.of(dims, Shape.of(k));
      Tensor each = positions.cast(DType.I64).reshape(rows.size(), k);
      Tensor zero = Facades.number(each, 0);
      each = each.compare(CompareKind.LT, zero).where(each.add(sizes), each);
      Tensor outside =
          each.compare(CompareKind.LT, zero)
              .logical(LogicalKind.OR, each.compare(CompareKind.GE, sizes));
      Tensor flat = each.mul(Tensor.of(strides, Shape.of(k))).sum(1);
      return outside.any(1).where(Facades.number(flat, (double) count), flat);
    }
  }

  // ---- By masks, whose count only their data tell ----

  /**
   * The positions of the elements that are true or not 0 (NaN is not), in row-major order: I64 [n,
   * rank]. How many there are is in the data, so this reads them: it has a result on each backend,
   * but no place in a captured graph.
   */
  public static Tensor nonzero(Tensor x) {
    Facades.that(x.shape().rank() > 0, "nonzero", "an input with axes", x.spec());
    return set(x);
  }

  /**
   * The elements of x where {@code mask} (BOOL, broadcast to x) is true, as a vector. It reads the
   * mask as {@link #nonzero} does; its gradient is that of a look-up.
   */
  public static Tensor maskedSelect(Tensor x, Tensor mask) {
    Facades.that(
        mask.dtype() == DType.BOOL && mask.shape().broadcastsTo(x.shape()),
        "masked_select",
        "a BOOL mask that broadcasts to " + x.shape(),
        mask.spec());
    long size = x.shape().size();
    Tensor found = set(mask.expand(x.shape().dims()).reshape(size));
    return x.reshape(size).indexSelect(0, found.reshape(found.shape().size()));
  }

  /** Positions of what is true or not 0. */
  private static Tensor set(Tensor x) {
    Tensor there = x.dtype() == DType.BOOL ? x : x.compare(CompareKind.NE, Facades.number(x, 0));
    long count = there.countNonzero().toLongs()[0];
    return Tensor.then(there, new Positions(count));
  }

  // ---- By lengths ----

  /**
   * Sequences read backwards: the first {@code lengths[n]} steps of sequence n in reverse order,
   * the steps behind them as they are. A length outside [0, T] is refused.
   *
   * @param lengths I32 or I64, one for each position on {@code batchAxis}
   */
  public static Tensor reverseSequence(Tensor x, Tensor lengths, int timeAxis, int batchAxis) {
    String name = "reverse_sequence";
    int time = Facades.axis(name, x, timeAxis);
    int batch = Facades.axis(name, x, batchAxis);
    Facades.that(time != batch, name, "two different axes", timeAxis + " twice");
    Facades.that(
        (lengths.dtype() == DType.I32 || lengths.dtype() == DType.I64)
            && lengths.shape().equals(Shape.of(x.shape().dim(batch))),
        name,
        "lengths I32 or I64 [" + x.shape().dim(batch) + "]",
        lengths.spec());
    long steps = x.shape().dim(time);
    long[] rows = new long[x.shape().rank()];
    Arrays.fill(rows, 1);
    rows[batch] = x.shape().dim(batch);
    Tensor ends = lengths.cast(DType.I64).reshape(rows);
    Tensor refused = Facades.number(ends, 2.0 * steps + 1);
    ends = ends.compare(CompareKind.LT, Facades.number(ends, 0)).where(refused, ends);
    rows[batch] = 1;
    rows[time] = steps;
    Tensor step = Tensors.arange(0, 1, steps, DType.I64).reshape(rows);
    Tensor from = step.compare(CompareKind.LT, ends).where(ends.sub(step).sub(1), step);
    return x.gather(time, from.expand(x.shape().dims()));
  }
}
