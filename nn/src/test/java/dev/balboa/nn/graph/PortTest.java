package dev.balboa.nn.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balboa.nn.TestBackend;
import dev.balboa.nn.TestExecution;
import dev.balboa.nn.exec.ArrayValue;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.memory.Allocator;
import dev.balboa.nn.memory.Block;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.Activation;
import dev.balboa.nn.op.BatchNormBackward;
import dev.balboa.nn.op.ConvBackwardWeights;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.RecurrentCell;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.Window;
import dev.balboa.nn.tensor.Functions;
import dev.balboa.nn.tensor.RecurrentState;
import dev.balboa.nn.tensor.RecurrentWeights;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Runs read arguments and write results where the caller has them. */
class PortTest {
  private static final int RUNS = 4;

  @RegisterExtension final TestExecution execution = new TestExecution(TestBackend.NATIVE);

  private static Compiled compiled(Function<List<Tensor>, List<Tensor>> function) {
    return Compiled.of(function, CompileOptions.defaults());
  }

  private static Tensor of(float... values) {
    return Tensor.of(values);
  }

  private static void run(Compiled compiled, Tensor in, Tensor out) {
    compiled.runInto(new Tensor[] {in}, new Tensor[] {out});
  }

  /** A run on an arena that is the test's, which sees what has been written there. */
  private static final class Watched implements AutoCloseable {
    private static final byte UNTOUCHED = 0x5a;

    private final Executable executable;
    private final Program program;
    private final Block arena;
    private final Block packed = Allocator.shared().allocate(0);
    private final Instance instance;

    Watched(Function<List<Tensor>, List<Tensor>> function, Tensor... arguments) {
      List<TensorSpec> specs = Arrays.stream(arguments).map(Tensor::spec).toList();
      executable = Executable.capture(specs, function, CompileOptions.defaults());
      program = executable.program();
      arena = Allocator.shared().allocate(program.arenaBytes());
      instance = new Instance(program, arena, packed);
    }

    void run(Tensor[] in, Tensor[] out) {
      arena.segment().fill(UNTOUCHED);
      instance.run(in, out, null);
    }

    boolean copiesArgument(int index) {
      return isTouched(program.arguments().get(index));
    }

    boolean copiesResult(int index) {
      return isTouched(program.results().get(index));
    }

    private boolean isTouched(Place place) {
      byte[] bytes =
          arena
              .segment()
              .asSlice(place.buffer().offset + place.offset(), place.spec().byteSize())
              .toArray(ValueLayout.JAVA_BYTE);
      for (byte b : bytes) {
        if (b != UNTOUCHED) {
          return true;
        }
      }
      return false;
    }

    @Override
    public void close() {
      instance.close();
      packed.close();
      executable.close();
    }
  }

  @Test
  void readsAndWritesTensorsWhereTheyAre() {
    Tensor[] x = {of(1, 2, 3)};
    try (Watched watched = new Watched(in -> List.of(in.get(0).exp().mul(in.get(0))), x)) {
      for (int i = 0; i < RUNS; i++) {
        Tensor[] y = {Tensors.zeros(3)};
        x[0] = of(i, -i, 1);
        watched.run(x, y);
        assertThat(y[0].toFloats()).isEqualTo(x[0].exp().mul(x[0]).toFloats());
        assertThat(watched.copiesArgument(0)).isFalse();
        assertThat(watched.copiesResult(0)).isFalse();
      }
    }
  }

  @Test
  void readsAlignedPartsOfTensorsWhereTheyAreAndCopiesOthers() {
    float[] numbers = new float[96];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = i * 0.01f;
    }
    Tensor many = Tensor.of(numbers);
    Tensor results = Tensors.zeros(96);
    Tensor[] x = {many.slice(0, 0, 16)};
    try (Watched watched = new Watched(in -> List.of(in.get(0).tanh()), x)) {
      for (int from : new int[] {0, 16, 17, 64, 64, 3}) {
        results.assign(Tensors.zeros(96));
        x[0] = many.slice(0, from, from + 16);
        Tensor[] y = {results.slice(0, from, from + 16)};
        watched.run(x, y);
        boolean aligned = from % 16 == 0;
        assertThat(watched.copiesArgument(0)).isEqualTo(!aligned);
        assertThat(watched.copiesResult(0)).isEqualTo(!aligned);
        assertThat(y[0].toFloats()).isEqualTo(x[0].tanh().toFloats());
        assertThat(results.sum().item()).isEqualTo(y[0].sum().item());
      }
    }
  }

  /** An operation on nothing fills its result with zeros, and leaves alone what lies behind it. */
  @Test
  void zerosEndWithTheResult() {
    Window window = Window.square(3, 1, 1);
    Tensor x = Tensors.zeros(0, 2, 4, 4);
    zeros(
        in -> Functions.conv(in.get(0), in.get(1), null, window, 1, Activation.IDENTITY),
        Tensors.zeros(1, 0, 4, 4),
        Tensors.zeros(2, 0, 3, 3));
    Op ofWeights = new ConvBackwardWeights(window, 1, Shape.of(1, 2, 3, 3), false);
    zeros(in -> apply(ofWeights, 0, in), x, Tensors.zeros(0, 1, 4, 4));
    Tensor channels = Tensors.ones(2);
    zeros(in -> apply(new BatchNormBackward(1e-5), 1, in), x, channels, channels, channels, x);
    RecurrentCell cell = RecurrentCell.LSTM;
    Tensor none = Tensors.zeros(0, 3);
    zeros(
        in -> {
          try (var _ = Execution.grad()) {
            Tensor w = in.get(2).withGrad();
            RecurrentWeights weights = RecurrentWeights.of(in.get(1), w, in.get(3));
            RecurrentState state = new RecurrentState(in.get(4), in.get(4));
            Tensor y = Functions.recurrent(cell, false, in.get(0), weights, state, null).y();
            return y.sum().grad(false, w).get(0);
          }
        },
        Tensors.zeros(2, 0, 2),
        Tensors.ones(12, 2),
        Tensors.ones(12, 3),
        Tensors.ones(12),
        none);
  }

  private static Tensor apply(Op op, int output, List<Tensor> in) {
    return Tensor.apply(op, in.toArray(Tensor[]::new)).get(output);
  }

  private static void zeros(Function<List<Tensor>, Tensor> function, Tensor... arguments) {
    try (Compiled compiled =
        Compiled.asWritten(in -> List.of(function.apply(in)), CompileOptions.defaults())) {
      Shape shape = function.apply(List.of(arguments)).shape();
      Tensor many = Tensors.ones(96);
      Tensor y = many.slice(0, 0, shape.size()).reshape(shape.dims());
      compiled.runInto(arguments, new Tensor[] {y});
      assertThat(y.toFloats()).containsOnly(0);
      assertThat(many.sum().item()).isEqualTo(96.0 - shape.size());
    }
  }

  @Test
  void copiesWhatWouldGetIntoTheWay() {
    Tensor[] x = {of(1, 2, 3)};
    try (Watched watched = new Watched(in -> List.of(in.get(0).exp(), in.get(0).tanh()), x)) {
      Tensor y = Tensors.zeros(3);
      Tensor z = Tensors.zeros(3);
      watched.run(x, new Tensor[] {y, x[0]}); // the second one over the argument
      assertThat(watched.copiesArgument(0)).isFalse();
      assertThat(watched.copiesResult(0)).isFalse();
      assertThat(watched.copiesResult(1)).isTrue();
      watched.run(x, new Tensor[] {y, y}); // both over one
      assertThat(watched.copiesResult(0)).isTrue();
      assertThat(watched.copiesResult(1)).isTrue();
      watched.run(x, new Tensor[] {y, z});
      assertThat(watched.copiesResult(0)).isFalse();
      assertThat(watched.copiesResult(1)).isFalse();
      watched.run(x, null); // nobody wants them
      assertThat(watched.copiesResult(0)).isTrue();
      assertThat(watched.copiesResult(1)).isTrue();
    }
  }

  /** Views of an argument are at an offset from wherever it is. */
  @Test
  void movesViewsWithTheirArgument() {
    Function<List<Tensor>, List<Tensor>> halves =
        in -> List.of(in.get(0).slice(0, 1, 3).mul(in.get(0).slice(0, 0, 2)).sum());
    Tensor[] x = {of(1, 2, 3)};
    try (Watched watched = new Watched(halves, x)) {
      for (int i = 0; i < RUNS; i++) {
        x[0] = of(i, 2, 5);
        Tensor[] y = {Tensors.zeros()};
        watched.run(x, y);
        assertThat(y[0].item()).isEqualTo(2 * i + 10);
        assertThat(watched.copiesArgument(0)).isFalse();
      }
    }
  }

  @Test
  void countsWhatItWritesAsAChange() {
    try (Compiled compiled = compiled(in -> List.of(in.get(0).exp()))) {
      Tensor y = Tensors.zeros(2);
      Block block = ((ArrayValue) y.value()).storage().block();
      int before = block.version();
      run(compiled, of(1, 2), y);
      assertThat(block.version()).isGreaterThan(before);
    }
  }

  @Test
  void threadsRunItOnTensorsOfTheirOwn() throws Exception {
    try (Compiled compiled = compiled(in -> List.of(in.get(0).exp().mul(in.get(0))));
        var pool = Executors.newFixedThreadPool(4)) {
      List<Callable<Boolean>> runs = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        float start = t;
        runs.add(() -> {
          try (var _ = Execution.on(TestBackend.NATIVE.executor());
              var _ = Scope.open()) {
            boolean right = true;
            for (int i = 0; i < 200; i++) {
              Tensor x = of(start, i * 0.01f, -1);
              right &= Arrays.equals(compiled.run(x).toFloats(), x.exp().mul(x).toFloats());
            }
            return right;
          }
        });
      }
      for (var run : pool.invokeAll(runs)) {
        assertThat(run.get()).isTrue();
      }
    }
  }

  @Test
  void followsTensorsThatTakeTurns() {
    try (Compiled compiled = compiled(in -> List.of(in.get(0).tanh()))) {
      Tensor[] x = {of(1, 2), of(3, 4)};
      Tensor[] y = {Tensors.zeros(2), Tensors.zeros(2)};
      for (int i : new int[] {0, 0, 1, 1, 0, 1, 1, 1, 0, 0}) {
        y[i].assign(Tensors.zeros(2));
        float[] other = y[1 - i].toFloats();
        run(compiled, x[i], y[i]);
        assertThat(y[i].toFloats()).isEqualTo(x[i].tanh().toFloats());
        assertThat(y[1 - i].toFloats()).isEqualTo(other);
      }
    }
  }

  @Test
  void keepsAnArgumentWhoseMemoryStepsWriteOver() {
    try (Compiled compiled = compiled(in -> List.of(in.get(0).exp().add(1).log().tanh()))) {
      Tensor x = of(1, 2, 3);
      for (int i = 0; i < RUNS; i++) {
        run(compiled, x, Tensors.zeros(3));
        assertThat(x.toFloats()).containsExactly(1, 2, 3);
      }
    }
  }

  @Test
  void keepsAnArgumentThatIsAssignedTo() {
    Function<List<Tensor>, List<Tensor>> twice =
        in -> {
          in.get(0).assign(in.get(0).mul(2));
          return List.of(in.get(0).add(1));
        };
    try (Compiled compiled = compiled(twice)) {
      Tensor x = of(1, 2);
      Tensor y = Tensors.zeros(2);
      for (int i = 0; i < RUNS; i++) {
        run(compiled, x, y);
        assertThat(x.toFloats()).containsExactly(1, 2);
        assertThat(y.toFloats()).containsExactly(3, 5);
      }
    }
  }

  @Test
  void writesOverItsOwnArgument() {
    // The sum reads all of the argument after the first element of the result could be written.
    try (Compiled compiled =
        compiled(in -> List.of(in.get(0).mul(in.get(0).sum()).add(in.get(0))))) {
      Tensor x = of(1, 2, 0.5f);
      for (int i = 0; i < RUNS; i++) {
        float[] expected = x.mul(x.sum()).add(x).toFloats();
        run(compiled, x, x);
        assertThat(x.toFloats()).isEqualTo(expected);
      }
    }
  }

  @Test
  void writesOverATensorThatItHolds() {
    try (Tensor weight = of(2, 3).keep();
        Compiled compiled = compiled(in -> List.of(weight.mul(in.get(0)).add(weight)))) {
      Tensor x = of(1, 0.5f);
      for (int i = 0; i < RUNS; i++) {
        float[] expected = weight.mul(x).add(weight).toFloats();
        run(compiled, x, weight);
        assertThat(weight.toFloats()).isEqualTo(expected);
      }
    }
  }

  @Test
  void handsOutArgumentsAndTheSameResultTwice() {
    try (Compiled compiled =
        compiled(in -> {
          Tensor y = in.get(0).exp();
          return List.of(in.get(0), y, y);
        })) {
      Tensor[] x = {of(1, 2)};
      Tensor[] out = {Tensors.zeros(2), Tensors.zeros(2), Tensors.zeros(2)};
      for (int i = 0; i < RUNS; i++) {
        x[0].assign(of(i, 1));
        compiled.runInto(x, out);
        assertThat(out[0].toFloats()).isEqualTo(x[0].toFloats());
        assertThat(out[1].toFloats()).isEqualTo(x[0].exp().toFloats());
        assertThat(out[2].toFloats()).isEqualTo(out[1].toFloats());
      }
    }
  }

  @Test
  void oneTensorForTwoResultsHoldsTheLast() {
    try (Compiled compiled = compiled(in -> List.of(in.get(0).exp(), in.get(0).tanh()))) {
      Tensor[] x = {of(1, 2)};
      Tensor y = Tensors.zeros(2);
      for (int i = 0; i < RUNS; i++) {
        compiled.runInto(x, new Tensor[] {y, y});
        assertThat(y.toFloats()).isEqualTo(x[0].tanh().toFloats());
      }
    }
  }

  @Test
  void leavesResultsAloneThatNobodyAskedFor() {
    try (Compiled compiled = compiled(in -> List.of(in.get(0).exp()))) {
      Tensor x = of(1, 2);
      Tensor y = Tensors.zeros(2);
      run(compiled, x, y);
      run(compiled, x, y);
      y.assign(Tensors.zeros(2));
      compiled.runInto(new Tensor[] {x}, null);
      assertThat(y.toFloats()).containsExactly(0, 0);
      run(compiled, x, y);
      assertThat(y.toFloats()).isEqualTo(x.exp().toFloats());
    }
  }

  @Test
  void refusesAClosedTensorThatItReadInPlace() {
    try (Compiled compiled = compiled(in -> List.of(in.get(0).exp()))) {
      Tensor x = of(1, 2).keep();
      Tensor y = Tensors.zeros(2);
      run(compiled, x, y);
      run(compiled, x, y);
      x.close();
      assertThatThrownBy(() -> run(compiled, x, y)).isInstanceOf(IllegalStateException.class);
      run(compiled, y, Tensors.zeros(2));
    }
  }
}
