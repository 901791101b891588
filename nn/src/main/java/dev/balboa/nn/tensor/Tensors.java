package dev.balboa.nn.tensor;

import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.exec.HostFunction;
import dev.balboa.nn.exec.RandomStream;
import dev.balboa.nn.op.Arange;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Fill;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.RandomBernoulli;
import dev.balboa.nn.op.RandomIntegers;
import dev.balboa.nn.op.RandomNormal;
import dev.balboa.nn.op.RandomPermutation;
import dev.balboa.nn.op.RandomUniform;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.Slice;
import dev.balboa.nn.op.SliceScatter;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.Value;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;

/**
 * Makes tensors: constants, random numbers, copies of off-heap data. All belong to the innermost
 * open scope.
 */
public final class Tensors {
  private static final TensorSpec KEY = new TensorSpec(Shape.of(2), DType.I64);

  private Tensors() {}

  /** F32 zeros. */
  public static Tensor zeros(long... dims) {
    return full(0, dims);
  }

  /** F32 ones. */
  public static Tensor ones(long... dims) {
    return full(1, dims);
  }

  /** An F32 constant. */
  public static Tensor full(double value, long... dims) {
    return fill(TensorSpec.f32(dims), value);
  }

  /** A constant of any type. */
  public static Tensor fill(TensorSpec spec, double value) {
    return Tensor.apply(new Fill(spec.shape(), spec.dtype(), value)).get(0);
  }

  /** The BF16 numbers nearest to these, in row-major order; no dimensions at all make a vector. */
  public static Tensor bf16(float[] elements, long... dims) {
    return HostData.copyInBf16(elements, Tensor.shapeFor(elements.length, dims));
  }

  /** An I8 tensor with these elements in row-major order; no dimensions at all make a vector. */
  public static Tensor i8(byte[] elements, long... dims) {
    return bytes(DType.I8, elements, dims);
  }

  /** A U8 tensor with these elements, taken as 0 to 255; no dimensions at all make a vector. */
  public static Tensor u8(byte[] elements, long... dims) {
    return bytes(DType.U8, elements, dims);
  }

  private static Tensor bytes(DType dtype, byte[] elements, long... dims) {
    return HostData.copyIn(elements, new TensorSpec(Tensor.shapeFor(elements.length, dims), dtype));
  }

  /** The {@code count} numbers start, start + step, ..., see {@link Arange}. */
  public static Tensor arange(double start, double step, long count, DType dtype) {
    return Tensor.apply(new Arange(start, step, count, dtype)).get(0);
  }

  /** {@code count} F32 numbers from {@code first} to exactly {@code last}, evenly spaced. */
  public static Tensor linspace(double first, double last, int count) {
    float[] x = new float[count];
    for (int i = 0; i < count; i++) {
      double t = count == 1 ? 0 : (double) i / (count - 1);
      x[i] = (float) ((1 - t) * first + t * last);
    }
    return Tensor.of(x);
  }

  /** The F32 matrix with ones on its main diagonal and zeros elsewhere. */
  public static Tensor eye(long rows, long columns) {
    long length = Math.min(rows, columns);
    if (length <= 0) {
      return zeros(rows, columns);
    }
    Shape flat = Shape.of(Shape.of(rows, columns).size());
    long last = (length - 1) * (columns + 1);
    Op scatter = new SliceScatter(Slice.along(flat, 0, 0, last + 1, columns + 1), flat);
    return Tensor.apply(scatter, ones(length)).get(0).reshape(rows, columns);
  }

  /** F32 numbers uniform in [low, high), from the next key of the stream. */
  public static Tensor uniform(RandomStream random, double low, double high, Shape shape) {
    return draw(new RandomUniform(shape, low, high), random);
  }

  /** Normally distributed F32 numbers, from the next key of the stream. */
  public static Tensor normal(RandomStream random, double mean, double deviation, Shape shape) {
    return draw(new RandomNormal(shape, mean, deviation), random);
  }

  /** F32 numbers that are 1 with probability p, else 0, from the next key of the stream. */
  public static Tensor bernoulli(RandomStream random, double p, Shape shape) {
    return draw(new RandomBernoulli(shape, p), random);
  }

  /** Integers uniform in [low, high), I32 or I64, from the next key of the stream. */
  public static Tensor integers(RandomStream random, long low, long high, TensorSpec spec) {
    return draw(new RandomIntegers(spec.shape(), low, high, spec.dtype()), random);
  }

  /** The numbers 0 to n - 1 in random order, I32, from the next key of the stream. */
  public static Tensor permutation(RandomStream random, long n) {
    return draw(new RandomPermutation(n), random);
  }

  private static Tensor draw(Op op, RandomStream random) {
    return Tensor.apply(op, key(random)).get(0);
  }

  /** The next key of a stream as the I64[2] tensor that random operations take. */
  public static Tensor key(RandomStream random) {
    return host("random key", (_, out) -> random.next(out[0]), List.of(KEY)).get(0);
  }

  /**
   * Tensors that Java code makes, at once or at this place of every run of the graph that is being
   * captured; see {@link dev.balboa.nn.exec.BaseExecutor#host}.
   */
  public static List<Tensor> host(
      String name, HostFunction function, List<TensorSpec> outputs, Tensor... inputs) {
    List<Value> values = Arrays.stream(inputs).map(Tensor::value).toList();
    return Execution.current().host(name, function, outputs, values).stream()
        .map(Tensor::of)
        .toList();
  }

  /**
   * A copy of dense row-major elements; the segment must hold exactly the bytes of {@code spec}.
   */
  public static Tensor copyOf(MemorySegment source, TensorSpec spec) {
    if (source.byteSize() != spec.byteSize()) {
      throw new IllegalArgumentException(
          "tensor: expected "
              + spec.byteSize()
              + " bytes for "
              + spec
              + ", got "
              + source.byteSize());
    }
    return HostData.copyIn(source, spec.shape().size(), spec);
  }

  /** Labels or indices, I32. */
  public static Tensor labels(int... labels) {
    return Tensor.of(labels);
  }

  /** The bytes as an U8 tensor. */
  public static Tensor bytes(byte[] elements, long... dims) {
    return HostData.copyIn(
        MemorySegment.ofArray(elements), elements.length, new TensorSpec(Shape.of(dims), DType.U8));
  }
}
