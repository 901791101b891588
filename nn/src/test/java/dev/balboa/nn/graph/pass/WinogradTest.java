package dev.balboa.nn.graph.pass;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.balboa.nn.TestBackend;
import dev.balboa.nn.TestExecution;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.exec.RandomStream;
import dev.balboa.nn.graph.CompileOptions;
import dev.balboa.nn.graph.Compiled;
import dev.balboa.nn.graph.Graph;
import dev.balboa.nn.graph.Node;
import dev.balboa.nn.layer.BatchNorm;
import dev.balboa.nn.layer.Conv2d;
import dev.balboa.nn.layer.Layer;
import dev.balboa.nn.layer.MaxPool2d;
import dev.balboa.nn.layer.Sequential;
import dev.balboa.nn.model.ResNet;
import dev.balboa.nn.op.Activation;
import dev.balboa.nn.op.Conv;
import dev.balboa.nn.op.MaxPool;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.Unary;
import dev.balboa.nn.op.UnaryKind;
import dev.balboa.nn.op.Window;
import dev.balboa.nn.op.WinogradConv;
import dev.balboa.nn.op.WinogradFilters;
import dev.balboa.nn.tensor.Functions;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Convolutions by Winograd's algorithm in captured programs. A processor may lack AVX-512, where
 * the option does nothing, so on the native backend tests ask for the pass itself.
 */
class WinogradTest {
  private static final Window SAME = Window.square(3, 1, 1);
  private static final CompileOptions PLAIN = CompileOptions.defaults();
  private static final CompileOptions FOR_ALL = with(new Winograd((_, _) -> true));

  @RegisterExtension final TestExecution execution = new TestExecution(TestBackend.NATIVE);

  private static CompileOptions with(Pass pass) {
    List<Pass> passes = new ArrayList<>(PLAIN.passes());
    passes.add(pass);
    return PLAIN.withPasses(passes);
  }

  private static Tensor uniform(int key, long... dims) {
    return Tensors.uniform(new RandomStream(key), -1, 1, Shape.of(dims));
  }

  private static List<Op> ops(Graph graph) {
    return graph.nodes().stream()
        .filter(Node.Apply.class::isInstance)
        .map(n -> ((Node.Apply) n).op())
        .toList();
  }

  /** The operations that a convolution of held weights becomes. */
  private static List<Op> ops(Window window, int groups, Activation activation, long... w) {
    Function<List<Tensor>, List<Tensor>> f;
    try (Tensor weights = uniform(2, w).keep()) {
      f = in -> List.of(Functions.conv(in.get(0), weights, null, window, groups, activation));
      try (Compiled compiled = Compiled.asWritten(f, FOR_ALL)) {
        return ops(compiled.graph(TensorSpec.f32(2, w[1] * groups, 9, 9)));
      }
    }
  }

  @Test
  void rewritesWhatTheAlgorithmServes() {
    assertThat(ops(SAME, 1, Activation.RELU, 48, 32, 3, 3))
        .containsExactly(new WinogradFilters(), new WinogradConv(SAME, 48, Activation.RELU, false));
    Window none = Window.square(3, 1, 0);
    assertThat(ops(none, 1, Activation.IDENTITY, 16, 16, 3, 3))
        .containsExactly(
            new WinogradFilters(), new WinogradConv(none, 16, Activation.IDENTITY, false));
  }

  @Test
  void leavesOtherConvolutionsAlone() {
    Activation none = Activation.IDENTITY;
    assertThat(ops(Window.square(3, 2, 1), 1, none, 16, 16, 3, 3))
        .hasOnlyElementsOfType(Conv.class);
    assertThat(ops(Window.uniform(2, 3, 1, 2, 1), 1, none, 16, 16, 3, 3))
        .hasOnlyElementsOfType(Conv.class);
    assertThat(ops(Window.square(1, 1, 0), 1, none, 16, 16, 1, 1))
        .hasOnlyElementsOfType(Conv.class);
    assertThat(ops(SAME, 2, none, 32, 16, 3, 3)).hasOnlyElementsOfType(Conv.class);
    assertThat(ops(SAME, 1, none, 24, 16, 3, 3)).hasOnlyElementsOfType(Conv.class);
    assertThat(ops(SAME, 1, none, 16, 3, 3, 3)).hasOnlyElementsOfType(Conv.class);
  }

  @Test
  void appliesOtherActivationsAfterwards() {
    assertThat(ops(SAME, 1, Activation.TANH, 16, 16, 3, 3))
        .containsExactly(
            new WinogradFilters(),
            new WinogradConv(SAME, 16, Activation.IDENTITY, false),
            Unary.of(UnaryKind.TANH));
  }

  @Test
  void leavesWeightsAloneThatChangeFromRunToRun() {
    try (Compiled compiled =
        Compiled.asWritten(
            in -> List.of(Functions.conv(in.get(0), in.get(1), null, SAME, 1, Activation.RELU)),
            FOR_ALL)) {
      Graph graph = compiled.graph(TensorSpec.f32(1, 16, 8, 8), TensorSpec.f32(16, 16, 3, 3));
      assertThat(ops(graph)).hasOnlyElementsOfType(Conv.class);
    }
  }

  @Test
  void transformsWeightsOnceThatSeveralConvolutionsHave() {
    try (Tensor w = uniform(2, 16, 16, 3, 3).keep();
        Compiled compiled =
            Compiled.asWritten(
                in -> {
                  Tensor y = Functions.conv(in.get(0), w, null, SAME, 1, Activation.RELU);
                  return List.of(Functions.conv(y, w, null, SAME, 1, Activation.RELU));
                },
                FOR_ALL)) {
      assertThat(ops(compiled.graph(TensorSpec.f32(1, 16, 8, 8))))
          .extracting(Op::name)
          .containsExactly("winograd_filters", "winograd_conv2d", "winograd_conv2d");
    }
  }

  @Test
  void asksWhereItPays() {
    try (Tensor w = uniform(2, 16, 32, 3, 3).keep();
        Compiled compiled =
            Compiled.asWritten(
                in -> List.of(Functions.conv(in.get(0), w, null, SAME, 1, Activation.RELU)),
                with(new Winograd((x, y) -> x.dim(2) > 8 && y.dim(1) == 16)))) {
      assertThat(ops(compiled.graph(TensorSpec.f32(1, 32, 8, 8))))
          .hasOnlyElementsOfType(Conv.class);
      assertThat(ops(compiled.graph(TensorSpec.f32(1, 32, 9, 8))))
          .hasOnlyElementsOfTypes(WinogradFilters.class, WinogradConv.class);
    }
  }

  private static List<Op> opsOfPooled(Tensor w, MaxPool pool, boolean alsoRead) {
    Function<List<Tensor>, List<Tensor>> f =
        in -> {
          Tensor y = Functions.conv(in.get(0), w, null, SAME, 1, Activation.RELU);
          Tensor pooled = Tensor.apply(pool, y).get(0);
          return alsoRead ? List.of(pooled, y) : List.of(pooled);
        };
    try (Compiled compiled = Compiled.asWritten(f, FOR_ALL)) {
      return ops(compiled.graph(TensorSpec.f32(1, 16, 9, 8)));
    }
  }

  @Test
  void poolsWhatNobodyElseReads() {
    try (Tensor w = uniform(2, 16, 16, 3, 3).keep()) {
      WinogradConv conv = new WinogradConv(SAME, 16, Activation.RELU, false);
      WinogradConv pooled = new WinogradConv(SAME, 16, Activation.RELU, false, true);
      MaxPool two = new MaxPool(Window.square(2, 2, 0));
      assertThat(opsOfPooled(w, two, false)).containsExactly(new WinogradFilters(), pooled);
      assertThat(opsOfPooled(w, two, true))
          .containsExactly(new WinogradFilters(), conv, new MaxPool(two.window(), false));
      for (Window other :
          List.of(
              Window.square(3, 2, 1),
              Window.square(2, 1, 0),
              Window.square(2, 2, 1),
              two.window().inCeilMode())) {
        assertThat(opsOfPooled(w, new MaxPool(other), false))
            .containsExactly(new WinogradFilters(), conv, new MaxPool(other, false));
      }
    }
  }

  /** The blocks of VGG. */
  private static Sequential vgg() {
    return Sequential.of(
            Shape.of(3, 32, 32),
            new Conv2d(32, 3).same().relu(),
            new Conv2d(32, 3).same().relu(),
            new MaxPool2d(2),
            new Conv2d(64, 3).same().noBias(),
            new BatchNorm().relu(),
            new Conv2d(64, 3).same().relu(),
            new MaxPool2d(2),
            new Conv2d(128, 3).same().relu(),
            new Conv2d(48, 3).same())
        .build(5);
  }

  private static Layer built(Layer model, int size) {
    model.build(Shape.of(3, size, size), 1);
    return model;
  }

  private static float largest(float[] x) {
    float most = 0;
    for (float v : x) {
      most = Math.max(most, Math.abs(v));
    }
    return most;
  }

  /** The largest difference of two results, relative to the largest number. */
  private static double error(Tensor got, Tensor expected) {
    float[] a = got.toFloats();
    float[] b = expected.toFloats();
    assertThat(a).hasSameSizeAs(b);
    double most = 0;
    for (int i = 0; i < a.length; i++) {
      most = Math.max(most, Math.abs((double) a[i] - b[i]));
      assertThat(a[i]).isFinite();
    }
    return most / largest(b);
  }

  private static double error(Layer model, Tensor x) {
    try (Compiled plain = model.compile(PLAIN);
        Compiled fast = model.compile(FOR_ALL)) {
      assertThat(ops(fast.graph(x.spec()))).hasAtLeastOneElementOfType(WinogradConv.class);
      Tensor first = fast.run(x);
      double error = error(first, plain.run(x));
      assertThat(fast.run(x).toFloats()).isEqualTo(first.toFloats());
      return error;
    }
  }

  /** The largest error of a layer's results against F64, relative to the largest result. */
  private static double layerError(CompileOptions options, Tensor x, Tensor w) {
    Function<List<Tensor>, List<Tensor>> f =
        in -> List.of(Functions.conv(in.get(0), w, null, SAME, 1, Activation.IDENTITY));
    try (Compiled compiled = Compiled.asWritten(f, options)) {
      Tensor got = compiled.run(x);
      try (var _ = Execution.on(TestBackend.REFERENCE.executor())) {
        return error(got, Functions.conv(x, w, null, SAME, 1, Activation.IDENTITY));
      }
    }
  }

  /** Uniform numbers in [-1, 1): the figures of docs/numerics.md. */
  @Test
  void layersLoseOneToTwoDigits() {
    for (long channels : new long[] {32, 128, 512}) {
      try (Tensor w = uniform(1, 32, channels, 3, 3).keep()) {
        Tensor x = uniform(2, 1, channels, 14, 14);
        double direct = layerError(PLAIN, x, w);
        double winograd = layerError(FOR_ALL, x, w);
        System.out.printf(
            Locale.ROOT,
            "Winograd, %d channels: error %.2g, of direct summation %.2g%n",
            channels,
            winograd,
            direct);
        assertThat(winograd).isLessThan(5e-5);
        assertThat(direct).isLessThan(winograd);
      }
    }
  }

  @Test
  void modelsLoseOneToTwoDigits() {
    try (Layer resnet18 = built(ResNet.resNet18(10), 48);
        Layer resnet50 = built(ResNet.resNet50(10), 48);
        Layer vgg = vgg()) {
      Tensor x = uniform(7, 3, 3, 48, 48);
      double[] errors = {
        error(resnet18, x), error(resnet50, x), error(vgg, uniform(8, 2, 3, 32, 32))
      };
      System.out.printf(
          Locale.ROOT,
          "Winograd, error relative to the largest result: ResNet-18 %.2g, ResNet-50 %.2g, VGG %.2g%n",
          errors[0],
          errors[1],
          errors[2]);
      assertThat(Arrays.stream(errors).max().orElseThrow()).isLessThan(1e-5);
    }
  }

  @Test
  void keepsBlocksFromLayerToLayer() {
    try (Layer model = built(ResNet.resNet18(10), 32);
        Compiled plain = model.compile(PLAIN.withoutChains());
        Compiled fast = model.compile(FOR_ALL.withoutChains())) {
      TensorSpec x = TensorSpec.f32(2, 3, 32, 32);
      assertThat(reorders(fast, x)).isLessThanOrEqualTo(reorders(plain, x));
      String plan = fast.plan(x);
      assertThat(plan.split("each run:", -1)[1])
          .contains("winograd_conv2d")
          .doesNotContain("winograd_filters");
    }
  }

  private static long reorders(Compiled compiled, TensorSpec x) {
    String each = compiled.plan(x).split("each run:", -1)[1];
    return each.lines().filter(l -> l.strip().startsWith("reorder")).count();
  }

  @Test
  void transformsAgainWhenAParameterHasChanged() {
    try (Sequential model = vgg();
        Compiled plain = model.compile(PLAIN);
        Compiled fast = model.compile(FOR_ALL)) {
      Tensor x = uniform(3, 1, 3, 32, 32);
      Tensor before = fast.run(x);
      for (String name : List.of("1.weight", "3.weight", "4.weight")) {
        var parameter = model.parameters().get(name);
        parameter.assign(parameter.data().mul(1.5));
      }
      Tensor after = fast.run(x);
      assertThat(error(after, plain.run(x))).isLessThan(1e-5);
      assertThat(error(after, before)).isGreaterThan(1e-2);
    }
  }

  @Test
  void isTheSameConvolutionOnTheReference() {
    try (var _ = Execution.on(TestBackend.REFERENCE.executor());
        Sequential model = vgg();
        Compiled plain = model.compile(PLAIN);
        Compiled fast = model.compile(PLAIN.withWinograd())) {
      Tensor x = uniform(3, 1, 3, 32, 32);
      assertThat(ops(fast.graph(x.spec()))).hasAtLeastOneElementOfType(WinogradConv.class);
      assertThat(error(fast.run(x), plain.run(x))).isLessThan(2e-6);
    }
  }

  @Test
  void mixedPrecisionGoesFirst() {
    try (var _ = Execution.on(TestBackend.REFERENCE.executor());
        Sequential model = vgg();
        Compiled half = model.compile(PLAIN.withMixedPrecision());
        Compiled both = model.compile(PLAIN.withMixedPrecision().withWinograd())) {
      TensorSpec x = TensorSpec.f32(1, 3, 32, 32);
      assertThat(ops(both.graph(x))).isEqualTo(ops(half.graph(x)));
    }
  }

  @Test
  void addsBiasAndResidual() {
    try (Tensor w = uniform(2, 32, 16, 3, 3).keep();
        Tensor b = uniform(3, 32).keep()) {
      Function<List<Tensor>, List<Tensor>> f =
          in -> {
            Tensor y = Functions.conv(in.get(0), w, b, SAME, 1, Activation.IDENTITY);
            return List.of(y.add(in.get(1)).relu());
          };
      Tensor[] in = {uniform(4, 2, 16, 7, 10), uniform(5, 2, 32, 7, 10)};
      try (Compiled plain = Compiled.asWritten(f, PLAIN);
          Compiled fast = Compiled.asWritten(f, FOR_ALL)) {
        assertThat(ops(fast.graph(in[0].spec(), in[1].spec())))
            .containsExactly(
                new WinogradFilters(), new WinogradConv(SAME, 32, Activation.RELU, true));
        assertThat(fast.run(in)[0].toFloats())
            .containsExactly(plain.run(in)[0].toFloats(), within(1e-4f));
      }
    }
  }
}
