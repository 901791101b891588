package dev.balboa.nn.cases;

import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** Seeded sizes, numbers and inputs for one sample: the same seed draws the same sample. */
final class Draw {
  /** What a sample is for. */
  enum Purpose {
    /** Any size, any place in memory, kinks and ties hit on purpose. */
    EQUIVALENCE,
    /** Floating-point inputs of rank 3 to 5 arrive in a backend's own layout. */
    BLOCKED,
    /** Small, and away from kinks and ties by more than a finite difference. */
    GRADIENT
  }

  private static final long[] SIZES = {
    2, 3, 5, 7, 11, 13, 2, 3, 5, 4, 8, 16, 32, 64, 6, 9, 15, 17, 31, 33, 63, 65, 100
  };
  private static final long[] BLOCKED_CHANNELS = {8, 16, 16, 32, 17, 24, 3, 1, 40};

  private final Random random;
  private final Purpose purpose;
  private final DType real;

  Draw(long seed, Purpose purpose, DType real) {
    this.random = new Random(seed);
    this.purpose = purpose;
    this.real = real;
  }

  /** The floating-point type of this sample. */
  DType real() {
    return real;
  }

  Purpose purpose() {
    return purpose;
  }

  /** Whether kinks and ties have to be kept away from. */
  boolean smooth() {
    return purpose == Purpose.GRADIENT;
  }

  /** An integer in [low, high]. */
  int between(int low, int high) {
    return low + random.nextInt(high - low + 1);
  }

  boolean chance(double probability) {
    return random.nextDouble() < probability;
  }

  boolean flip() {
    return random.nextBoolean();
  }

  double uniform(double low, double high) {
    return low + (high - low) * random.nextDouble();
  }

  double normal() {
    return random.nextGaussian();
  }

  long bits() {
    return random.nextLong();
  }

  @SafeVarargs
  @SuppressWarnings("varargs")
  final <T> T pick(T... choices) {
    return choices[random.nextInt(choices.length)];
  }

  void shuffle(List<?> list) {
    Collections.shuffle(list, random);
  }

  // ---- Sizes ----

  /** One dimension; now and then 0 or 1. */
  long dim() {
    if (smooth()) {
      return between(1, 5);
    }
    double p = random.nextDouble();
    return p < 0.02 ? 0 : p < 0.15 ? 1 : SIZES[random.nextInt(SIZES.length)];
  }

  /** One dimension of at least 1. */
  long positiveDim() {
    return Math.max(1, dim());
  }

  /** A shape of {@code low} to {@code high} axes with at most a few thousand elements. */
  Shape shape(int low, int high) {
    if (purpose == Purpose.BLOCKED && high >= 4) {
      return blockedShape();
    }
    int rank = between(low, high);
    if (!smooth() && rank > 0 && chance(0.06)) {
      long[] dims = new long[rank];
      Arrays.setAll(dims, i -> between(1, 2));
      dims[between(0, rank - 1)] = between(4000, 9000);
      return limited(20_000, dims);
    }
    long[] dims = new long[rank];
    Arrays.setAll(dims, i -> dim());
    return limited(smooth() ? 60 : 4000, dims);
  }

  /** A shape without an empty axis. */
  Shape filledShape(int low, int high) {
    long[] dims = shape(low, high).dims();
    Arrays.setAll(dims, i -> Math.max(1, dims[i]));
    return Shape.of(dims);
  }

  /** [N, C, H, W]: the shape of an activation. */
  private Shape blockedShape() {
    return Shape.of(
        between(1, 3),
        BLOCKED_CHANNELS[random.nextInt(BLOCKED_CHANNELS.length)],
        between(1, 7),
        between(1, 9));
  }

  /** Halves the largest dimension until there are at most {@code limit} elements. */
  static Shape limited(long limit, long... dims) {
    long[] d = dims.clone();
    while (Arrays.stream(d).reduce(1, (a, b) -> a * b) > limit) {
      int largest = IntStream.range(0, d.length).reduce(0, (best, i) -> d[i] > d[best] ? i : best);
      d[largest] = (d[largest] + 1) / 2;
    }
    return Shape.of(d);
  }

  /** A shape that broadcasts to {@code shape}: some axes one, some leading axes missing. */
  Shape broadcastingTo(Shape shape) {
    int from = chance(0.3) ? between(0, shape.rank()) : 0;
    long[] dims = shape.slice(from, shape.rank()).dims();
    Arrays.setAll(dims, i -> chance(0.3) ? 1 : dims[i]);
    return Shape.of(dims);
  }

  /** A permutation of 0 to {@code rank} - 1. */
  List<Integer> permutation(int rank) {
    List<Integer> axes = new ArrayList<>(IntStream.range(0, rank).boxed().toList());
    shuffle(axes);
    return axes;
  }

  // ---- Inputs ----

  /** A floating-point input, placed anyhow, whose gradient is looked at. */
  Input input(Shape shape, Domain domain) {
    return input(shape, domain, true);
  }

  /** A floating-point input, placed anyhow. */
  Input input(Shape shape, Domain domain, boolean differentiable) {
    return placed(new TensorSpec(shape, real), domain, differentiable);
  }

  /** A dense input of these numbers, without gradient. */
  Input exactly(Shape shape, double... elements) {
    return Input.of(new TensorSpec(shape, real), elements).withoutGradient();
  }

  /** A densely placed input. */
  Input dense(Shape shape, Domain domain, boolean differentiable) {
    TensorSpec spec = new TensorSpec(shape, real);
    return Input.of(spec, domain.draw(this, count(shape)), new Placement.Dense(), differentiable);
  }

  /** An input of integers in [low, high]. */
  Input whole(Shape shape, DType dtype, int low, int high) {
    return placed(
        new TensorSpec(shape, dtype),
        (d, n) -> IntStream.range(0, n).mapToDouble(i -> d.between(low, high)).toArray(),
        false);
  }

  /** An input of any type: numbers for floating-point types, small integers for the others. */
  Input any(Shape shape, DType dtype) {
    return switch (dtype) {
      case F32, F64, BF16 -> placed(new TensorSpec(shape, dtype), Domain.NORMAL, true);
      case BOOL -> whole(shape, dtype, 0, 1);
      case U8 -> whole(shape, dtype, 0, 255);
      case I8 -> whole(shape, dtype, -128, 127);
      case I32, I64 -> whole(shape, dtype, -1000, 1000);
    };
  }

  private Input placed(TensorSpec spec, Domain domain, boolean differentiable) {
    Placement placement = Placement.draw(this, spec);
    int distinct = placement.distinct(spec.shape());
    double[] drawn = domain.draw(this, distinct);
    double[] elements = placement.spread(drawn, spec.shape());
    return Input.of(spec, elements, placement, differentiable);
  }

  static int count(Shape shape) {
    return Math.toIntExact(shape.size());
  }
}
