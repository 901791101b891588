package dev.balboa.bindings;

import dev.balboa.bindings.internal.kernels.kernels_h;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Pooling of planes by {@code balboa_kernels} over windows that are given one by one: adaptive,
 * dilated, cut off at the border. Prepared once and used in any number of runs; immutable and
 * thread-safe for different results. Holds a few bytes of off-heap memory that go with the object.
 *
 * <p>Segments are off-heap and dense; their sizes are checked before the call.
 */
public final class WindowPool {

  /**
   * The windows of one dimension.
   *
   * @param input size of the input
   * @param step distance between the positions of a window
   * @param first where each window starts
   * @param count how many positions each window sees, at least 1
   * @param divisor what each window divides a mean by
   */
  public record Axis(
      long input, long step, List<Long> first, List<Long> count, List<Long> divisor) {

    /** Copies the lists, which have one length. */
    public Axis {
      first = List.copyOf(first);
      count = List.copyOf(count);
      divisor = List.copyOf(divisor);
      if (first.size() != count.size() || first.size() != divisor.size()) {
        throw new IllegalArgumentException("window pool: lists of different lengths");
      }
    }

    private static Axis one() {
      return new Axis(1, 1, List.of(0L), List.of(1L), List.of(1L));
    }
  }

  private final KernelKinds.Type type;
  private final long outer;
  private final long inner;
  private final long inputs;
  private final long outputs;
  private final MemorySegment windows;

  private WindowPool(
      KernelKinds.Type type,
      long outer,
      long inner,
      long inputs,
      long outputs,
      MemorySegment windows) {
    this.type = type;
    this.outer = outer;
    this.inner = inner;
    this.inputs = inputs;
    this.outputs = outputs;
    this.windows = windows;
  }

  /** Prepares the windows of 1 to 3 dimensions over planes that lie one after the other. */
  public static WindowPool of(KernelKinds.Type type, long planes, List<Axis> axes) {
    return of(type, planes, 1, axes);
  }

  /**
   * Prepares the windows of 1 to 3 dimensions over interleaved planes [outer, sizes..., inner].
   *
   * @param inner 1, or a multiple of 8, which only {@link #max} and {@link #maxBackward} take
   */
  public static WindowPool of(KernelKinds.Type type, long outer, long inner, List<Axis> axes) {
    if (inner != 1 && (inner < 1 || inner % 8 != 0)) {
      throw new IllegalArgumentException(
          "window pool: expected 1 plane or a multiple of 8 side by side, got " + inner);
    }
    if (axes.isEmpty() || axes.size() > 3) {
      throw new IllegalArgumentException(
          "window pool: expected 1 to 3 dimensions, got " + axes.size());
    }
    List<Axis> three = new ArrayList<>(Collections.nCopies(3 - axes.size(), Axis.one()));
    three.addAll(axes);
    List<Long> table = new ArrayList<>();
    three.forEach(a -> table.add(a.input()));
    three.forEach(a -> table.add((long) a.first().size()));
    three.forEach(a -> table.add(a.step()));
    three.forEach(a -> table.addAll(a.first()));
    three.forEach(a -> table.addAll(a.count()));
    three.forEach(a -> table.addAll(a.divisor()));
    LongStream values = table.stream().mapToLong(Long::longValue);
    long planes = KernelChecks.volume("window pool", outer, inner);
    return new WindowPool(
        type,
        outer,
        inner,
        volume(planes, table.subList(0, 3)),
        volume(planes, table.subList(3, 6)),
        Arena.ofAuto().allocateFrom(ValueLayout.JAVA_LONG, values.toArray()));
  }

  private static long volume(long planes, List<Long> sizes) {
    return KernelChecks.volume(
        "window pool",
        planes,
        KernelChecks.volume("window pool", sizes.get(0), sizes.get(1), sizes.get(2)));
  }

  /** The first largest element of each window, NaN the largest, and its place in the plane, i32. */
  public void max(MemorySegment x, MemorySegment y, MemorySegment index) {
    KernelChecks.result("windowMax", "index", index, outputs, Integer.BYTES);
    runMax(x, y, index);
  }

  /** The largest element of each window, of interleaved planes. */
  public void max(MemorySegment x, MemorySegment y) {
    runMax(x, y, MemorySegment.NULL);
  }

  private void runMax(MemorySegment x, MemorySegment y, MemorySegment index) {
    elements("x", x, inputs);
    result("y", y, outputs);
    NativeThreads.bind();
    KernelChecks.status(
        "windowMax", kernels_h.balboa_window_max(type.value(), outer, inner, windows, x, y, index));
  }

  /**
   * The adjoint of {@link #max} of interleaved planes: each dy at the place of its maximum, 0
   * elsewhere.
   *
   * @param index as {@link #max} has written it
   */
  public void maxBackward(MemorySegment index, MemorySegment dy, MemorySegment dx) {
    KernelChecks.elements("windowMaxBackward", "index", index, outputs, Integer.BYTES);
    elements("dy", dy, outputs);
    result("dx", dx, inputs);
    NativeThreads.bind();
    KernelChecks.status(
        "windowMaxBackward",
        kernels_h.balboa_window_max_backward(type.value(), outer, inner, windows, index, dy, dx));
  }

  /** What {@code balboa_run_calls} takes before addresses. The windows go with this object. */
  long[] numbers() {
    return new long[] {type.value(), outer, inner, windows.address()};
  }

  long inputBytes() {
    return KernelChecks.volume("window pool", inputs, type.byteSize());
  }

  long outputBytes() {
    return KernelChecks.volume("window pool", outputs, type.byteSize());
  }

  long placeBytes() {
    return KernelChecks.volume("window pool", outputs, Integer.BYTES);
  }

  private void requireMeans(String kernel) {
    KernelChecks.isF64(kernel, type);
    if (inner != 1) {
      throw new IllegalArgumentException(kernel + ": expected planes one by one, got " + inner);
    }
  }

  /** The sum of each window over its divisors, F32 or F64. */
  public void mean(MemorySegment x, MemorySegment y) {
    requireMeans("windowMean");
    elements("x", x, inputs);
    result("y", y, outputs);
    NativeThreads.bind();
    KernelChecks.status(
        "windowMean", kernels_h.balboa_window_mean(type.value(), outer, windows, x, y));
  }

  /** The adjoint of {@link #mean}. */
  public void meanBackward(MemorySegment dy, MemorySegment dx) {
    requireMeans("windowMeanBackward");
    elements("dy", dy, outputs);
    result("dx", dx, inputs);
    NativeThreads.bind();
    KernelChecks.status(
        "windowMeanBackward",
        kernels_h.balboa_window_mean_backward(type.value(), outer, windows, dy, dx));
  }

  private void result(String name, MemorySegment segment, long count) {
    KernelChecks.result("windowPool", name, segment, count, type.byteSize());
  }

  private void elements(String name, MemorySegment segment, long count) {
    KernelChecks.elements("windowPool", name, segment, count, type.byteSize());
  }
}
