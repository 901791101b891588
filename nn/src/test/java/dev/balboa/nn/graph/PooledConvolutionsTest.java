package dev.balboa.nn.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.balboa.nn.TestBackend;
import dev.balboa.nn.TestExecution;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.exec.RandomStream;
import dev.balboa.nn.layer.Conv2d;
import dev.balboa.nn.layer.Dense;
import dev.balboa.nn.layer.Flatten;
import dev.balboa.nn.layer.MaxPool2d;
import dev.balboa.nn.layer.Sequential;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.Activation;
import dev.balboa.nn.op.MaxPool;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.Window;
import dev.balboa.nn.tensor.Functions;
import dev.balboa.nn.tensor.Parameter;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Convolutions with the max pooling behind them, captured, against the reference backend. */
class PooledConvolutionsTest {
  private static final int SHAPES = 150;

  @RegisterExtension final TestExecution execution = new TestExecution(TestBackend.NATIVE);

  private final Random random = new Random(11);

  private int between(int least, int most) {
    return random.nextInt(least, most + 1);
  }

  private List<Integer> pair(int least, int most) {
    return List.of(between(least, most), between(least, most));
  }

  /** Convolutions, each with a pooling. */
  private record Network(List<Tensor[]> parameters, List<Window[]> windows, List<Boolean> relus) {
    Tensor run(Tensor x) {
      Tensor y = x;
      for (int i = 0; i < windows.size(); i++) {
        Tensor[] p = parameters.get(i);
        Activation activation = relus.get(i) ? Activation.RELU : Activation.IDENTITY;
        Tensor results = Functions.conv(y, p[0], p[1], windows.get(i)[0], 1, activation);
        y = Tensor.apply(new MaxPool(windows.get(i)[1], false), results).get(0);
      }
      return y;
    }
  }

  private Window convolution() {
    List<Integer> kernel = pair(1, 5);
    return new Window(kernel, pair(1, 3), pair(1, 2), pair(0, 3), pair(0, 3));
  }

  private Window pooling() {
    List<Integer> kernel = pair(1, 4);
    List<Integer> pad = List.of(between(0, kernel.get(0) / 2), between(0, kernel.get(1) / 2));
    return new Window(kernel, pair(1, 4), List.of(1, 1), pad, pad);
  }

  @Test
  void agreesWithTheReferenceForAllWindows() {
    for (int i = 0; i < SHAPES; i++) {
      try (var _ = Scope.open()) {
        int channels = between(1, 40);
        int filters = between(1, 70);
        Window[] windows = {convolution(), pooling()};
        Shape kernel =
            Shape.of(filters, channels, windows[0].kernel().get(0), windows[0].kernel().get(1));
        Tensor[] parameters = {
          uniform(i, kernel), i % 3 == 0 ? null : uniform(i, Shape.of(filters))
        };
        Network network =
            new Network(
                List.<Tensor[]>of(parameters), List.<Window[]>of(windows), List.of(i % 2 == 0));
        Shape x = Shape.of(between(1, 5), channels, between(9, 40), between(9, 40));
        check(network, uniform(-i - 1, x), kernel.size() / filters + 1);
      }
    }
  }

  @Test
  void computesSeveralInARow() {
    Window[] first = {Window.square(3, 1, 1), Window.square(2, 2, 0)};
    Window[] second = {Window.square(3, 1, 0), Window.square(3, 2, 1)};
    Tensor[] one = {uniform(1, Shape.of(20, 3, 3, 3)), uniform(2, Shape.of(20))};
    Tensor[] two = {uniform(3, Shape.of(33, 20, 3, 3)), null};
    Network network = new Network(List.of(one, two), List.of(first, second), List.of(true, false));
    for (int n : new int[] {1, 2, 7, 64}) {
      check(network, uniform(9, Shape.of(n, 3, 11, 14)), 208);
    }
  }

  @Test
  void hasRowMajorResultsForWhoLooksAtThemInAnotherShape() {
    Window[] windows = {Window.square(3, 1, 1), Window.square(2, 2, 0)};
    Tensor[] parameters = {uniform(1, Shape.of(20, 3, 3, 3)), uniform(2, Shape.of(20))};
    Network network =
        new Network(List.<Tensor[]>of(parameters), List.<Window[]>of(windows), List.of(true));
    Tensor x = uniform(5, Shape.of(4, 3, 10, 12));
    try (Compiled compiled =
        Compiled.of(
            in -> List.of(network.run(in.get(0)).reshape(4, 600)), CompileOptions.defaults())) {
      assertThat(compiled.plan(x.spec())).contains("conv2d + max_pool2d + contiguous [");
      close(compiled.run(x), reference(network, x).reshape(4, 600), 28);
    }
  }

  /** One, few, and more pictures than a thread takes at a time; both orders of results. */
  @Test
  void takesWinogradConvolutionsIntoTheRow() {
    Window[] windows = {Window.square(3, 1, 1), Window.square(2, 2, 0)};
    Tensor[] one = {uniform(1, Shape.of(32, 1, 3, 3)), uniform(2, Shape.of(32))};
    Tensor[] two = {uniform(3, Shape.of(48, 32, 3, 3)), uniform(4, Shape.of(48))};
    Network network =
        new Network(List.of(one, two), List.of(windows, windows), List.of(true, true));
    for (int n : new int[] {1, 3, 16, 45}) {
      for (boolean viewed : new boolean[] {false, true}) {
        Tensor x = uniform(n, Shape.of(n, 1, 27, 30));
        long[] shape = viewed ? new long[] {n, 48 * 6 * 7} : new long[] {n, 48, 6, 7};
        try (Compiled compiled =
            Compiled.of(
                in -> List.of(network.run(in.get(0)).reshape(shape)),
                CompileOptions.defaults().withWinograd())) {
          String plan = compiled.plan(x.spec());
          assertThat(!plan.contains("winograd_conv2d [")).as(plan).isTrue(); // never alone
          float[] got = compiled.run(x).toFloats();
          float[] expected = reference(network, x).toFloats();
          for (int i = 0; i < got.length; i++) {
            assertThat(got[i]).as("element " + i).isCloseTo(expected[i], within(2e-4f));
          }
        }
      }
    }
  }

  private static Sequential classifier(Dense hidden) {
    return Sequential.of(
            Shape.of(3, 13, 17),
            new Conv2d(20, 3).same().relu(),
            new MaxPool2d(2),
            new Conv2d(37, 3).relu(),
            new MaxPool2d(2),
            new Flatten(),
            hidden,
            new Dense(7))
        .build(5);
  }

  private static float[] reference(Sequential model, Tensor x) {
    try (var _ = Execution.on(TestBackend.REFERENCE.executor())) {
      return model.infer(x).toFloats();
    }
  }

  /** One, few, and more pictures than a thread takes at a time. */
  @Test
  void takesLinearMapsIntoTheRow() {
    try (Sequential model = classifier(new Dense(45).relu());
        Compiled compiled = model.compile()) {
      for (int n : new int[] {1, 3, 16, 77}) {
        Tensor x = uniform(n, Shape.of(n, 3, 13, 17));
        assertThat(compiled.plan(x.spec()))
            .contains("conv2d + max_pool2d + conv2d + max_pool2d + linear + linear [");
        assertThat(compiled.run(x).toFloats()).containsExactly(reference(model, x), within(2e-5f));
      }
    }
  }

  @Test
  void packsWeightsOfLinearMapsAgainWhenTheyChange() {
    try (Sequential model = classifier(new Dense(45).relu());
        Compiled compiled = model.compile()) {
      Tensor x = uniform(1, Shape.of(9, 3, 13, 17));
      float[] before = compiled.run(x).toFloats();
      for (Parameter parameter : model.parameters().values()) {
        parameter.assign(parameter.data().mul(1.25));
        float[] after = compiled.run(x).toFloats();
        assertThat(after).isNotEqualTo(before);
        assertThat(after).containsExactly(reference(model, x), within(2e-4f));
        before = after;
      }
    }
  }

  @Test
  void leavesLinearMapsOfOtherKindsToOthers() {
    try (Sequential model = classifier(new Dense(45).activation(Activation.TANH));
        Compiled compiled = model.compile()) {
      Tensor x = uniform(1, Shape.of(9, 3, 13, 17));
      assertThat(compiled.plan(x.spec()))
          .contains("conv2d + max_pool2d + conv2d + max_pool2d + contiguous [");
      assertThat(compiled.run(x).toFloats()).containsExactly(reference(model, x), within(2e-5f));
    }
  }

  /** Rows that somebody else reads, too, are no row of the chain. */
  @Test
  void handsOutRowsThatAreReadTwice() {
    Window[] windows = {Window.square(3, 1, 1), Window.square(2, 2, 0)};
    Tensor[] parameters = {uniform(1, Shape.of(20, 3, 3, 3)), uniform(2, Shape.of(20))};
    Tensor weights = uniform(3, Shape.of(6, 600));
    Network network =
        new Network(List.<Tensor[]>of(parameters), List.<Window[]>of(windows), List.of(true));
    Tensor x = uniform(5, Shape.of(4, 3, 10, 12));
    try (Compiled compiled =
        Compiled.of(
            in -> {
              Tensor rows = network.run(in.get(0)).reshape(4, 600);
              Tensor map = Functions.linear(rows, weights, null, Activation.IDENTITY);
              return List.of(map, rows);
            },
            CompileOptions.defaults())) {
      assertThat(compiled.plan(x.spec())).contains("conv2d + max_pool2d + contiguous [");
      Tensor[] results = compiled.run(new Tensor[] {x});
      close(results[1], reference(network, x).reshape(4, 600), 28);
    }
  }

  @Test
  void keepsNaNs() {
    Window[] windows = {Window.square(3, 1, 1), Window.square(2, 2, 0)};
    Tensor[] parameters = {uniform(1, Shape.of(4, 1, 3, 3)), null};
    Network network =
        new Network(List.<Tensor[]>of(parameters), List.<Window[]>of(windows), List.of(true));
    float[] values = uniform(5, Shape.of(1, 1, 8, 8)).toFloats();
    values[27] = Float.NaN;
    Tensor x = Tensor.of(values, 1, 1, 8, 8);
    try (Compiled compiled =
        Compiled.of(in -> List.of(network.run(in.get(0))), CompileOptions.defaults())) {
      float[] got = compiled.run(x).toFloats();
      float[] expected = reference(network, x).toFloats();
      for (int i = 0; i < got.length; i++) {
        assertThat(Float.isNaN(got[i])).isEqualTo(Float.isNaN(expected[i]));
      }
    }
  }

  private static Tensor uniform(int key, Shape shape) {
    return Tensors.uniform(new RandomStream(key), -1, 1, shape);
  }

  private static Tensor reference(Network network, Tensor x) {
    try (var _ = Execution.on(TestBackend.REFERENCE.executor())) {
      return network.run(x);
    }
  }

  /** So many roundings, each of a partial sum that is about the square root of its terms. */
  private static void check(Network network, Tensor x, long terms) {
    try (Compiled compiled =
        Compiled.of(in -> List.of(network.run(in.get(0))), CompileOptions.defaults())) {
      assertThat(compiled.plan(x.spec())).contains("conv2d + max_pool2d").contains(" [");
      close(compiled.run(x), reference(network, x), terms);
    }
  }

  private static void close(Tensor got, Tensor expected, long terms) {
    assertThat(got.shape()).isEqualTo(expected.shape());
    float[] a = got.toFloats();
    float[] b = expected.toFloats();
    double most = Math.scalb(1.0, -24) * terms * Math.sqrt((double) terms);
    for (int i = 0; i < a.length; i++) {
      assertThat((double) a[i]).as("element " + i).isBetween(b[i] - most, b[i] + most);
    }
  }
}
