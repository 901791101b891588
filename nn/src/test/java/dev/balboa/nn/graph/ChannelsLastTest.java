package dev.balboa.nn.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.balboa.bindings.Kernels;
import dev.balboa.nn.TestBackend;
import dev.balboa.nn.TestExecution;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.exec.RandomStream;
import dev.balboa.nn.layer.ActivationLayer;
import dev.balboa.nn.layer.BatchNorm;
import dev.balboa.nn.layer.Conv2d;
import dev.balboa.nn.layer.GlobalAvgPool;
import dev.balboa.nn.layer.Residual;
import dev.balboa.nn.layer.Sequential;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.Activation;
import dev.balboa.nn.op.Conv;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.UnaryKind;
import dev.balboa.nn.op.Window;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The order of channels in captured inference. */
class ChannelsLastTest {
  private static final int SHAPES = 80;

  /** As weights for pictures with their channels last are printed. */
  private static final String PACKED = "filters f32";

  /** Whether the processor has the registers for which the order was measured. */
  private static final boolean WIDE = Kernels.isa().equals("avx512");

  @RegisterExtension final TestExecution execution = new TestExecution(TestBackend.NATIVE);

  private static final List<Activation> ACTIVATIONS =
      Stream.of(UnaryKind.LINEAR, UnaryKind.RELU, UnaryKind.SIGMOID, UnaryKind.TANH)
          .map(Activation::of)
          .toList();

  private final Random random = new Random(5);

  private int between(int least, int most) {
    return random.nextInt(least, most + 1);
  }

  private List<Integer> pair(int least, int most) {
    return List.of(between(least, most), between(least, most));
  }

  private static Tensor uniform(int key, Shape shape) {
    return Tensors.uniform(new RandomStream(key), -1, 1, shape);
  }

  /** Full and depthwise ones, with all that can be fused, of pictures in rows. */
  @Test
  void agreesWithTheReferenceForAllWindows() {
    int packed = 0;
    for (int i = 0; i < SHAPES; i++) {
      try (var _ = Scope.open()) {
        boolean depthwise = i % 3 == 0;
        int channels = i % 4 == 1 ? between(1, 4) : between(16, 50);
        int filters = depthwise ? channels : between(16, 70);
        Window window = new Window(pair(1, 5), pair(1, 3), pair(1, 2), pair(0, 3), pair(0, 3));
        int groups = depthwise ? channels : 1;
        Conv plain = new Conv(window, groups, Activation.IDENTITY);
        Tensor x = uniform(i, Shape.of(between(1, 4), channels, between(9, 30), between(9, 30)));
        List<Integer> kernel = window.kernel();
        Shape w = Shape.of(filters, channels / groups, kernel.get(0), kernel.get(1));
        Conv op = new Conv(window, groups, ACTIVATIONS.get(i % 4), i % 2 == 0);
        List<Tensor> more = new ArrayList<>(List.of(uniform(-i - 1, w)));
        if (i % 5 != 0) {
          more.add(uniform(i + 1000, Shape.of(filters)));
        }
        if (op.residual()) {
          List<TensorSpec> specs = List.of(x.spec(), more.getFirst().spec());
          more.add(uniform(i + 2000, plain.infer(specs).getFirst().shape()));
        }
        packed += check(op, x, more) ? 1 : 0;
      }
    }
    assertThat(packed).isGreaterThan(WIDE ? SHAPES / 2 : -1);
  }

  /** Compares all at once and gives whether the convolution computed with its channels last. */
  private static boolean check(Conv op, Tensor x, List<Tensor> constants) {
    try (Compiled compiled =
        Compiled.of(in -> apply(op, in.getFirst(), constants), CompileOptions.defaults())) {
      Tensor expected;
      try (var _ = Execution.on(TestBackend.REFERENCE.executor())) {
        expected = apply(op, x, constants).getFirst();
      }
      Shape w = constants.getFirst().shape();
      double terms = 2.0 + (double) w.size() / w.dim(0);
      float[] got = compiled.run(x).toFloats();
      float most = (float) Math.scalb(terms * Math.sqrt(terms), -24);
      assertThat(got).as(op + " of " + x.spec()).containsExactly(expected.toFloats(), within(most));
      return compiled.plan(x.spec()).contains(PACKED);
    }
  }

  private static List<Tensor> apply(Conv op, Tensor x, List<Tensor> constants) {
    List<Tensor> all = new ArrayList<>(List.of(x));
    all.addAll(constants);
    return Tensor.apply(op, all.toArray(Tensor[]::new));
  }

  /** Blocks of MobileNet, with functions that are no part of a convolution, and odd counts. */
  private static Sequential network() {
    return Sequential.of(
            Shape.of(3, 19, 23),
            new Conv2d(24, 3).same().stride(2),
            new BatchNorm(),
            new ActivationLayer(UnaryKind.SELU),
            new Residual(
                Sequential.of(
                    new Conv2d(40, 1),
                    new ActivationLayer(UnaryKind.SOFTSIGN),
                    new Conv2d(40, 3).same().groups(40),
                    new ActivationLayer(UnaryKind.SELU),
                    new Conv2d(24, 1))),
            new Conv2d(37, 1),
            new GlobalAvgPool())
        .build(3);
  }

  private static Tensor pictures(int n) {
    return uniform(n, Shape.of(n, 3, 19, 23));
  }

  @Test
  void channelsStayLastFromThePictureToTheMean() {
    try (Sequential model = network();
        Compiled compiled = model.compile()) {
      String[] plan = compiled.plan(TensorSpec.f32(3, 3, 19, 23)).split("each run:", -1);
      List<String> copies =
          plan[1].lines().map(String::strip).filter(l -> l.startsWith("reorder")).toList();
      assertThat(copies).hasSize(WIDE ? 1 : copies.size()); // the picture, which comes in rows
      assertThat(plan[1].contains(PACKED)).isEqualTo(WIDE);
      for (int n : new int[] {1, 3, 8}) {
        assertThat(compiled.run(pictures(n)).toFloats())
            .containsExactly(model.infer(pictures(n)).toFloats(), within(1e-5f));
      }
    }
  }

  @Test
  void withoutPackingTheOrderAndTheBitsAreThoseOfEagerOperations() {
    CompileOptions options = CompileOptions.defaults().withoutPacking().withoutChains();
    try (Sequential model = network();
        Compiled compiled = model.compile(options.without("fold-batch-norm"))) {
      for (int n : new int[] {1, 3}) {
        assertThat(compiled.plan(pictures(n).spec())).doesNotContain(PACKED);
        assertThat(compiled.run(pictures(n)).toFloats())
            .containsExactly(model.infer(pictures(n)).toFloats());
      }
    }
  }

  @Test
  void weightsThatChangeArePackedAnew() {
    try (Sequential model = network();
        Compiled compiled = model.compile()) {
      Tensor before = compiled.run(pictures(2));
      model.parameters().values().forEach(p -> p.assign(p.data().mul(1.5f)));
      assertThat(compiled.run(pictures(2)).toFloats())
          .isNotEqualTo(before.toFloats())
          .containsExactly(model.infer(pictures(2)).toFloats(), within(1e-4f));
    }
  }

  /** The residual is then what the last convolution of a block adds to. */
  @Test
  void sumsTakeThePlaceOfResiduals() {
    CompileOptions options = CompileOptions.defaults();
    TensorSpec x = pictures(4).spec();
    try (Sequential model = network();
        Compiled inPlace = model.compile(options);
        Compiled apart = model.compile(options.withoutInPlace())) {
      List<String> sums =
          inPlace.plan(x).lines().filter(l -> l.contains(", F32[4, 24, 10, 12] ")).toList();
      assertThat(sums).hasSize(1);
      String[] ends = sums.getFirst().split("F32\\[4, 24, 10, 12] ", -1);
      assertThat(ends).hasSize(3);
      assertThat(WIDE ? place(ends[1]) : "").isEqualTo(WIDE ? place(ends[2]) : "");
      assertThat(inPlace.run(pictures(4)).toFloats())
          .containsExactly(apart.run(pictures(4)).toFloats(), within(1e-6f));
      assertThat(inPlace.run(pictures(4)).toFloats())
          .containsExactly(model.infer(pictures(4)).toFloats(), within(1e-5f));
    }
  }

  /** A residual that is also what the convolution reads is not overwritten. */
  @Test
  void picturesAreAddedToWhatIsMadeOfThem() {
    Conv op = new Conv(Window.square(3, 1, 1), 1, Activation.IDENTITY, true);
    Tensor w = uniform(1, Shape.of(32, 32, 3, 3));
    Tensor x = uniform(2, Shape.of(2, 32, 9, 9));
    try (Compiled compiled =
        Compiled.of(
            in -> {
              Tensor y = Tensor.apply(op, in.getFirst(), w, in.getFirst()).getFirst();
              return Tensor.apply(op, y, w, y);
            },
            CompileOptions.defaults())) {
      Tensor expected;
      try (var _ = Execution.on(TestBackend.REFERENCE.executor())) {
        Tensor y = Tensor.apply(op, x, w, x).getFirst();
        expected = Tensor.apply(op, y, w, y).getFirst();
      }
      assertThat(compiled.run(x).toFloats()).containsExactly(expected.toFloats(), within(2e-3f));
    }
  }

  private static String place(String printed) {
    return printed.replaceAll("(?s).*?(arena\\+\\d+).*", "$1");
  }

  @Test
  void fewChannelsStayInBlocks() {
    try (Sequential model =
            Sequential.of(Shape.of(1, 9, 9), new Conv2d(6, 3).relu(), new Conv2d(12, 3)).build(1);
        Compiled compiled = model.compile()) {
      assertThat(compiled.plan(TensorSpec.f32(2, 1, 9, 9))).doesNotContain(PACKED);
    }
  }
}
