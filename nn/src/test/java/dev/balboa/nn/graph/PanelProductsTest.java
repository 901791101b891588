package dev.balboa.nn.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.balboa.bindings.Kernels;
import dev.balboa.nn.TestBackend;
import dev.balboa.nn.TestExecution;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.exec.RandomStream;
import dev.balboa.nn.layer.Dense;
import dev.balboa.nn.layer.Sequential;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.Activation;
import dev.balboa.nn.op.Conv;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.UnaryKind;
import dev.balboa.nn.op.Window;
import dev.balboa.nn.tensor.Functions;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Captured products with many weights, against the reference backend. */
class PanelProductsTest {
  private static final int SHAPES = 12;

  /** As the kernel is printed. */
  private static final String ROUTE = "Balboa on packed weights";

  /** Whether the processor has the registers that it is written for. */
  private static final boolean WIDE = Kernels.isa().equals("avx512");

  private static final List<Activation> ACTIVATIONS =
      Stream.of(UnaryKind.LINEAR, UnaryKind.RELU, UnaryKind.TANH, UnaryKind.GELU_ERF)
          .map(Activation::of)
          .toList();

  @RegisterExtension final TestExecution execution = new TestExecution(TestBackend.NATIVE);

  private final Random random = new Random(3);

  private int between(int least, int most) {
    return random.nextInt(least, most + 1);
  }

  private List<Integer> pair(int least, int most) {
    return List.of(between(least, most), between(least, most));
  }

  private static Tensor uniform(int key, Shape shape) {
    return Tensors.uniform(new RandomStream(key), -1, 1, shape);
  }

  @Test
  void linearMapsAgreeWithTheReference() {
    for (int i = 0; i < SHAPES; i++) {
      try (var _ = Scope.open()) {
        int in = between(300, 900);
        Shape w = Shape.of(between(450, 600), in);
        Shape x = i % 2 == 0 ? Shape.of(between(12, 700), in) : Shape.of(3, between(4, 42), in);
        Activation activation = ACTIVATIONS.get(i % 4);
        Op op = new dev.balboa.nn.op.Linear(activation, i % 4 < 2);
        check(op, x.with(-1, w.dim(0)), uniform(i, x), w, i % 5 != 0, i % 4 < 2, true);
      }
    }
  }

  /** With strides, paddings, dilations and odd sizes; the residual may be overwritten. */
  @Test
  void convolutionsAgreeWithTheReference() {
    for (int i = 0; i < SHAPES; i++) {
      try (var _ = Scope.open()) {
        Window window = new Window(pair(1, 3), pair(1, 3), pair(1, 2), pair(0, 2), pair(0, 2));
        Shape x = Shape.of(between(1, 2), between(260, 300), between(5, 9), between(5, 9));
        List<Integer> kernel = window.kernel();
        Shape w = Shape.of(between(500, 530), x.dim(1), kernel.get(0), kernel.get(1));
        Activation activation = ACTIVATIONS.get(i % 4);
        Conv plain = new Conv(window, 1, Activation.IDENTITY);
        Shape y = plain.infer(List.of(spec(x), spec(w))).getFirst().shape();
        Conv op = new Conv(window, 1, activation, i % 4 < 2);
        long places = y.size() / y.dim(1);
        boolean thin = places >= 12 && places <= 128;
        check(op, y, uniform(i, x), w, i % 5 != 0, i % 4 < 2, thin);
      }
    }
  }

  private static TensorSpec spec(Shape shape) {
    return TensorSpec.f32(shape.dims());
  }

  /** Compares an operation on constants, and whether the kernel computes it. */
  private static void check(
      Op op, Shape y, Tensor x, Shape w, boolean bias, boolean residual, boolean thin) {
    List<Tensor> constants = new ArrayList<>(List.of(uniform(-1, w)));
    if (bias) {
      constants.add(uniform(-2, Shape.of(w.dim(0))));
    }
    List<Tensor> arguments = new ArrayList<>(List.of(x));
    if (residual) {
      arguments.add(uniform(-3, y));
    }
    try (Compiled compiled =
        Compiled.of(in -> apply(op, in, constants), CompileOptions.defaults())) {
      Tensor expected;
      try (var _ = Execution.on(TestBackend.REFERENCE.executor())) {
        expected = apply(op, arguments, constants).getFirst();
      }
      Tensor[] in = arguments.toArray(Tensor[]::new);
      TensorSpec[] specs = arguments.stream().map(Tensor::spec).toArray(TensorSpec[]::new);
      double terms = 3.0 + (double) w.size() / w.dim(0);
      float most = (float) Math.scalb(terms * Math.sqrt(terms), -24);
      close(op + " of " + x.spec() + " and " + w, compiled.run(in)[0], expected, most);
      assertThat(compiled.plan(specs).contains(ROUTE)).isEqualTo(WIDE && thin);
    }
  }

  private static void close(String what, Tensor got, Tensor expected, float most) {
    assertThat(got.shape()).isEqualTo(expected.shape());
    float[] a = got.toFloats();
    float[] b = expected.toFloats();
    for (int i = 0; i < a.length; i++) {
      if (!(Math.abs(a[i] - b[i]) <= most)) {
        assertThat(a[i]).as(what + ", element " + i).isCloseTo(b[i], within(most));
      }
    }
  }

  /** The residual, if there is one, is the last of the arguments, and copied so as to be free. */
  private static List<Tensor> apply(Op op, List<Tensor> arguments, List<Tensor> constants) {
    List<Tensor> all = new ArrayList<>(List.of(arguments.getFirst()));
    all.addAll(constants);
    if (arguments.size() > 1) {
      all.add(arguments.getLast().mul(1f));
    }
    return Tensor.apply(op, all.toArray(Tensor[]::new));
  }

  private static Sequential network() {
    return Sequential.of(Shape.of(512), new Dense(384).relu(), new Dense(500)).build(7);
  }

  @Test
  void weightsThatChangeArePackedAnew() {
    Tensor x = uniform(1, Shape.of(40, 512));
    try (Sequential model = network();
        Compiled compiled = model.compile()) {
      assertThat(compiled.plan(x.spec()).contains(ROUTE)).isEqualTo(WIDE);
      Tensor before = compiled.run(x);
      model.parameters().values().forEach(p -> p.assign(p.data().mul(1.5f)));
      Tensor after = compiled.run(x);
      assertThat(after.toFloats()).isNotEqualTo(before.toFloats());
      close("after", after, model.infer(x), 1e-4f);
    }
  }

  /** Those with few weights, few rows, or many long ones are oneDNN's, and all without packing. */
  @Test
  void othersStayWithTheLibraries() {
    try (Sequential model = network();
        Compiled compiled = model.compile();
        Compiled unpacked = model.compile(CompileOptions.defaults().withoutPacking());
        Sequential large = Sequential.of(Shape.of(2049), new Dense(300)).build(7);
        Compiled many = large.compile()) {
      assertThat(compiled.plan(TensorSpec.f32(11, 512))).doesNotContain(ROUTE);
      assertThat(many.plan(TensorSpec.f32(128, 2049)).contains(ROUTE)).isEqualTo(WIDE);
      assertThat(many.plan(TensorSpec.f32(129, 2049))).doesNotContain(ROUTE);
      assertThat(unpacked.plan(TensorSpec.f32(40, 512))).doesNotContain(ROUTE);
    }
  }

  /** Of an encoder of width 384: whatever the table says of oneDNN's kernel on packed weights. */
  @Test
  void servesManyRowsOfShortOnes() {
    for (long[] sizes :
        new long[][] {{384, 384}, {384, 1152}, {384, 1536}, {1536, 384}, {2048, 512}}) {
      try (Sequential model = Sequential.of(Shape.of(sizes[0]), new Dense(sizes[1])).build(7);
          Compiled compiled = model.compile()) {
        for (long rows : new long[] {128, 1024, 4096}) {
          TensorSpec x = TensorSpec.f32(rows, sizes[0]);
          assertThat(compiled.plan(x).contains(ROUTE)).as(x + " to " + sizes[1]).isEqualTo(WIDE);
        }
      }
    }
  }

  /** A row that is added to what it was computed from must not be overwritten on the way. */
  @Test
  void addsToWhatItReads() {
    Tensor w = uniform(2, Shape.of(512, 512));
    Tensor x = uniform(3, Shape.of(49, 512));
    UnaryOperator<Tensor> map =
        in -> {
          Tensor y = in.mul(1f);
          return Functions.linear(y, w, null, Activation.IDENTITY).add(y);
        };
    try (Compiled compiled =
        Compiled.of(in -> List.of(map.apply(in.getFirst())), CompileOptions.defaults())) {
      Tensor expected;
      try (var _ = Execution.on(TestBackend.REFERENCE.executor())) {
        expected = map.apply(x);
      }
      close("sum", compiled.run(x), expected, 1e-3f);
    }
  }
}
