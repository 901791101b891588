package dev.balboa.nn.backend.reference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balboa.nn.exec.ArrayValue;
import dev.balboa.nn.memory.Layout;
import dev.balboa.nn.op.Activation;
import dev.balboa.nn.op.ArgReduce;
import dev.balboa.nn.op.AvgPool;
import dev.balboa.nn.op.AvgPoolBackward;
import dev.balboa.nn.op.BatchNormBackward;
import dev.balboa.nn.op.BatchNormInference;
import dev.balboa.nn.op.BatchNormTraining;
import dev.balboa.nn.op.Binary;
import dev.balboa.nn.op.BinaryKind;
import dev.balboa.nn.op.Cast;
import dev.balboa.nn.op.Compare;
import dev.balboa.nn.op.CompareKind;
import dev.balboa.nn.op.Concat;
import dev.balboa.nn.op.Contiguous;
import dev.balboa.nn.op.Conv;
import dev.balboa.nn.op.ConvBackwardData;
import dev.balboa.nn.op.ConvBackwardWeights;
import dev.balboa.nn.op.CrossEntropy;
import dev.balboa.nn.op.CrossEntropyBackward;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Dropout;
import dev.balboa.nn.op.Expand;
import dev.balboa.nn.op.Linear;
import dev.balboa.nn.op.Matmul;
import dev.balboa.nn.op.MaxPool;
import dev.balboa.nn.op.MaxPoolGather;
import dev.balboa.nn.op.OneHot;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.Permute;
import dev.balboa.nn.op.Reduce;
import dev.balboa.nn.op.ReduceKind;
import dev.balboa.nn.op.Reduction;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.Slice;
import dev.balboa.nn.op.SliceScatter;
import dev.balboa.nn.op.Softmax;
import dev.balboa.nn.op.SoftmaxBackward;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.Unary;
import dev.balboa.nn.op.UnaryBackward;
import dev.balboa.nn.op.UnaryKind;
import dev.balboa.nn.op.Value;
import dev.balboa.nn.op.Where;
import dev.balboa.nn.op.Window;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every operation gives the same bits for the same elements, however they lie in memory. */
class StridedInputTest extends ReferenceFixture {

  /** An operation with the specs of its inputs. */
  record Case(Op op, List<TensorSpec> inputs) {
    Case(Op op, TensorSpec... inputs) {
      this(op, List.of(inputs));
    }
  }

  private static TensorSpec f(long... dims) {
    return TensorSpec.f32(dims);
  }

  private static TensorSpec of(DType dtype, long... dims) {
    return new TensorSpec(Shape.of(dims), dtype);
  }

  static Stream<Case> cases() {
    return Stream.of(
            elementwise(), reductions(), convolutions(), poolings(), normalizations(), others())
        .flatMap(s -> s);
  }

  private static Stream<Case> elementwise() {
    return Stream.of(
        new Case(Unary.of(UnaryKind.TANH), f(2, 3, 4)),
        new Case(new UnaryBackward(UnaryKind.SILU, 0, 0), f(2, 3), f(2, 3)),
        new Case(new Binary(BinaryKind.SUB), f(2, 1, 3), f(4, 1)),
        new Case(new Compare(CompareKind.LT), of(DType.I64, 3, 2), of(DType.I64, 3, 1)),
        new Case(new Where(), of(DType.BOOL, 3, 1), of(DType.I32, 3, 2), of(DType.I32, 2)),
        new Case(new Cast(DType.F64), of(DType.U8, 3, 4)),
        new Case(new Dropout(0.5), f(5, 3), of(DType.I64, 2)));
  }

  private static Stream<Case> reductions() {
    return Stream.of(
        new Case(new Reduce(ReduceKind.SUM, List.of(0, 2), false), f(2, 3, 4)),
        new Case(new Reduce(ReduceKind.MAX, List.of(1), true), f(2, 3, 4)),
        new Case(new ArgReduce(true, 1), f(2, 3, 4)),
        new Case(new Softmax(0, false), f(3, 4)),
        new Case(new SoftmaxBackward(1, true), f(2, 3, 2), f(2, 3, 2)));
  }

  private static Stream<Case> convolutions() {
    Window same = Window.square(3, 1, 1);
    return Stream.of(
        new Case(new Conv(same, 2, Activation.RELU), f(2, 4, 5, 3), f(6, 2, 3, 3), f(6)),
        new Case(new ConvBackwardData(same, 1, Shape.of(2, 3, 4, 4)), f(2, 2, 4, 4), f(2, 3, 3, 3)),
        new Case(
            new ConvBackwardWeights(same, 1, Shape.of(2, 3, 3, 3), true),
            f(2, 3, 4, 4),
            f(2, 2, 4, 4)));
  }

  private static Stream<Case> poolings() {
    Window window = Window.square(2, 1, 1);
    return Stream.of(
        new Case(new MaxPool(window), f(2, 3, 4, 5)),
        new Case(new MaxPoolGather(window), f(2, 3, 4, 5), f(2, 3, 4, 5)),
        new Case(new AvgPool(window, false), f(2, 3, 4, 5)),
        new Case(new AvgPoolBackward(window, true, Shape.of(2, 3, 4, 5)), f(2, 3, 5, 6)));
  }

  private static Stream<Case> normalizations() {
    return Stream.of(
        new Case(new BatchNormTraining(1e-5), f(3, 2, 4), f(2), f(2)),
        new Case(new BatchNormInference(9), f(3, 2, 4), f(2), f(2), f(2), f(2)),
        new Case(new BatchNormBackward(9), f(3, 2, 4), f(2), f(2), f(2), f(3, 2, 4)));
  }

  private static Stream<Case> others() {
    Slice slice = new Slice(List.of(0L, 1L), List.of(2L, 4L), List.of(1L, 2L));
    return Stream.of(
        new Case(new Matmul(false, true), f(2, 1, 3, 4), f(5, 2, 4)),
        new Case(new Matmul(true, false), f(4, 3), f(4, 2)),
        new Case(new Linear(Activation.SIGMOID), f(2, 3, 4), f(5, 4), f(5)),
        new Case(new CrossEntropy(Reduction.NONE), f(3, 200), of(DType.I32, 3)),
        new Case(
            new CrossEntropyBackward(new CrossEntropy(Reduction.MEAN)),
            f(3, 200),
            of(DType.I32, 3),
            f()),
        new Case(new OneHot(200, DType.F32), of(DType.I32, 2, 3)),
        new Case(new Contiguous(), of(DType.BOOL, 3, 3)),
        new Case(new Concat(1), of(DType.I64, 2, 3), of(DType.I64, 2, 2)),
        new Case(new SliceScatter(slice, Shape.of(2, 4)), of(DType.U8, 2, 2)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void layoutDoesNotMatter(Case c) {
    List<Value> plain = new ArrayList<>();
    List<Value> strided = new ArrayList<>();
    List<Value> reversed = new ArrayList<>();
    for (int i = 0; i < c.inputs.size(); i++) {
      Value value = elements(i, c.inputs.get(i));
      plain.add(value);
      strided.add(gaps(value));
      reversed.add(columnMajor(value));
    }
    List<Value> expected = executor.apply(c.op, plain);
    assertSame(executor.apply(c.op, strided), expected);
    assertSame(executor.apply(c.op, reversed), expected);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void expandedInputsAreLikeCopies(Case c) {
    List<Value> expanded = new ArrayList<>();
    List<Value> copies = new ArrayList<>();
    for (int i = 0; i < c.inputs.size(); i++) {
      Value one = elements(i, c.inputs.get(i).withShape(ones(c.inputs.get(i).shape())));
      Value view = run(new Expand(c.inputs.get(i).shape()), one);
      expanded.add(view);
      copies.add(run(new Contiguous(), view));
    }
    assertSame(executor.apply(c.op, expanded), executor.apply(c.op, copies));
  }

  private static Shape ones(Shape shape) {
    return Shape.of(IntStream.range(0, shape.rank()).mapToLong(_ -> 1).toArray());
  }

  /** Small numbers, positive where variances need it, valid as labels. */
  private Value elements(int seed, TensorSpec spec) {
    double[] u = reals(random(seed, spec.shape().size()));
    for (int i = 0; i < u.length; i++) {
      u[i] = spec.dtype() == DType.BOOL ? (u[i] > 0 ? 1 : 0) : Math.rint(u[i] * 40 + 100);
    }
    return run(new Cast(spec.dtype()), f64(spec.shape(), u));
  }

  /** The same elements with others between them and an offset before them. */
  private Value gaps(Value value) {
    Shape shape = value.spec().shape();
    List<Long> start = Collections.nCopies(shape.rank(), 1L);
    List<Long> stop = shape.toList().stream().map(d -> 1 + 2 * d).toList();
    Slice slice = new Slice(start, stop, Collections.nCopies(shape.rank(), 2L));
    long[] larger = stop.stream().mapToLong(d -> d).toArray();
    return run(slice, run(new SliceScatter(slice, Shape.of(larger)), value));
  }

  /** The same elements, the first axis innermost. */
  private Value columnMajor(Value value) {
    List<Integer> axes =
        IntStream.range(0, value.spec().shape().rank()).boxed().toList().reversed();
    Permute reverse = new Permute(axes);
    return run(reverse, run(new Contiguous(), run(reverse, value)));
  }

  private static void assertSame(List<Value> actual, List<Value> expected) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < actual.size(); i++) {
      assertThat(actual.get(i).spec()).isEqualTo(expected.get(i).spec());
      assertThat(memory(actual.get(i))).isEqualTo(memory(expected.get(i)));
    }
  }

  private static byte[] memory(Value value) {
    ArrayValue array = (ArrayValue) value;
    MemorySegment all = array.storage().segment();
    long size =
        array.storage().layout() instanceof Layout.Opaque o
            ? o.byteSize()
            : value.spec().byteSize();
    return all.asSlice(0, size).toArray(ValueLayout.JAVA_BYTE);
  }
}
