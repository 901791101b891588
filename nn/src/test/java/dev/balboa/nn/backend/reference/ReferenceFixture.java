package dev.balboa.nn.backend.reference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balboa.nn.exec.ArrayValue;
import dev.balboa.nn.exec.EagerExecutor;
import dev.balboa.nn.memory.Block;
import dev.balboa.nn.memory.Layout;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.memory.Storage;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.Value;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A reference executor, a scope around each test, and ways to make and read tensors. */
abstract class ReferenceFixture {
  final EagerExecutor executor = new EagerExecutor(ReferenceBackend.create());
  private Scope scope;

  @BeforeEach
  void openScope() {
    scope = Scope.open();
  }

  @AfterEach
  void closeScope() {
    scope.close();
  }

  final Value run(Op op, Value... inputs) {
    return executor.apply(op, Arrays.asList(inputs)).get(0);
  }

  final List<Value> runAll(Op op, Value... inputs) {
    return executor.apply(op, Arrays.asList(inputs));
  }

  /** The elements of the first output. */
  final double[] compute(Op op, Value... inputs) {
    return reals(run(op, inputs));
  }

  static Shape shape(long... dims) {
    return Shape.of(dims);
  }

  static Value f64(Shape shape, double... elements) {
    return make(new TensorSpec(shape, DType.F64), MemorySegment.ofArray(elements));
  }

  static Value f64(double... elements) {
    return f64(shape(elements.length), elements);
  }

  static Value f32(Shape shape, double... elements) {
    float[] floats = new float[elements.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) elements[i];
    }
    return make(new TensorSpec(shape, DType.F32), MemorySegment.ofArray(floats));
  }

  static Value f32(double... elements) {
    return f32(shape(elements.length), elements);
  }

  static Value i32(Shape shape, int... elements) {
    return make(new TensorSpec(shape, DType.I32), MemorySegment.ofArray(elements));
  }

  static Value i32(int... elements) {
    return i32(shape(elements.length), elements);
  }

  static Value i64(long... elements) {
    return make(new TensorSpec(shape(elements.length), DType.I64), MemorySegment.ofArray(elements));
  }

  static Value bytes(DType dtype, int... elements) {
    byte[] bytes = new byte[elements.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) elements[i];
    }
    return make(new TensorSpec(shape(elements.length), dtype), MemorySegment.ofArray(bytes));
  }

  static Value bool(int... elements) {
    return bytes(DType.BOOL, elements);
  }

  private static Value make(TensorSpec spec, MemorySegment elements) {
    assertThat(elements.byteSize()).isEqualTo(spec.byteSize());
    Block block = Scope.current().allocate(spec.byteSize());
    block.segment().copyFrom(elements);
    return new ArrayValue(spec, new Storage(block, Layout.Strided.contiguous(spec.shape().dims())));
  }

  /** Reproducible F64 numbers in (-2, 2). */
  static Value random(int seed, long... dims) {
    Random random = new Random(seed);
    Shape shape = shape(dims);
    return f64(shape, random.doubles(shape.size()).map(u -> Math.fma(4, u, -2)).toArray());
  }

  /** The elements of a dense floating-point tensor, in row-major order. */
  static double[] reals(Value value) {
    return switch (value.spec().dtype()) {
      case F64 -> dense(value, s -> s.toArray(ValueLayout.JAVA_DOUBLE));
      case F32 -> {
        float[] floats = dense(value, s -> s.toArray(ValueLayout.JAVA_FLOAT));
        double[] elements = new double[floats.length];
        for (int i = 0; i < elements.length; i++) {
          elements[i] = floats[i];
        }
        yield elements;
      }
      default -> throw new AssertionError("expected floating point, got " + value.spec());
    };
  }

  static int[] ints(Value value) {
    assertThat(value.spec().dtype()).isEqualTo(DType.I32);
    return dense(value, s -> s.toArray(ValueLayout.JAVA_INT));
  }

  static long[] longs(Value value) {
    assertThat(value.spec().dtype()).isEqualTo(DType.I64);
    return dense(value, s -> s.toArray(ValueLayout.JAVA_LONG));
  }

  static byte[] bytes(Value value) {
    assertThat(value.spec().dtype()).isIn(DType.U8, DType.BOOL);
    return dense(value, s -> s.toArray(ValueLayout.JAVA_BYTE));
  }

  private static <A> A dense(Value value, Function<MemorySegment, A> reader) {
    ArrayValue array = (ArrayValue) value;
    assertThat(array.isContiguous()).as("dense").isTrue();
    return reader.apply(array.storage().segment().asSlice(0, value.spec().byteSize()));
  }

  static double dot(double[] a, double[] b) {
    assertThat(a).hasSameSizeAs(b);
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  /**
   * Compares a cotangent with central differences of sum(f(x) dy), taken at every element of x.
   *
   * @param f the elements of the output from an input like {@code x}
   */
  static void assertGradient(
      Function<Value, double[]> f, Value x, double[] dy, double[] actual, double tolerance) {
    double[] at = reals(x);
    assertThat(actual).hasSameSizeAs(at);
    double h = 1e-5;
    for (int i = 0; i < at.length; i++) {
      double[] up = at.clone();
      double[] down = at.clone();
      up[i] += h;
      down[i] -= h;
      double slope =
          (dot(f.apply(f64(x.spec().shape(), up)), dy)
                  - dot(f.apply(f64(x.spec().shape(), down)), dy))
              / (up[i] - down[i]);
      assertThat(actual[i]).as("element %d", i).isCloseTo(slope, within(tolerance));
    }
  }

  static org.assertj.core.data.Offset<Double> within(double tolerance) {
    return org.assertj.core.data.Offset.offset(tolerance);
  }

  static void assertClose(double[] actual, double tolerance, double... expected) {
    assertThat(actual).containsExactly(expected, within(tolerance));
  }
}
