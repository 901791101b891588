package dev.balboa.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.balboa.nn.exec.CaptureException;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.exec.Executors;
import dev.balboa.nn.exec.RandomStream;
import dev.balboa.nn.graph.CompileOptions;
import dev.balboa.nn.graph.Compiled;
import dev.balboa.nn.layer.Dense;
import dev.balboa.nn.layer.Sequential;
import dev.balboa.nn.memory.Allocator;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.op.Activation;
import dev.balboa.nn.op.AdamStep;
import dev.balboa.nn.op.Conv;
import dev.balboa.nn.op.ConvBackwardData;
import dev.balboa.nn.op.CrossEntropy;
import dev.balboa.nn.op.CrossEntropyBackward;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.LuSolve;
import dev.balboa.nn.op.MaxPool;
import dev.balboa.nn.op.MaxPoolBackward;
import dev.balboa.nn.op.Reduction;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.Window;
import dev.balboa.nn.tensor.Functions;
import dev.balboa.nn.tensor.Losses;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever a caller does wrong is an exception that says what, on both backends; never a crash. */
@SuppressWarnings("resource") // closing too early or not at all is what is tested
class MisuseTest {
  private static final Window WINDOW = Window.square(3, 1, 1);

  private static void on(TestBackend backend, Runnable body) {
    try (var _ = Execution.on(backend.executor());
        var _ = Scope.open()) {
      body.run();
    }
  }

  private static void refuses(ThrowingCallable call, String... fragments) {
    assertThatThrownBy(call)
        .isInstanceOf(IllegalArgumentException.class)
        .satisfies(e -> assertThat(e.getMessage()).contains(fragments));
  }

  private static void refusesState(ThrowingCallable call, String... fragments) {
    assertThatThrownBy(call)
        .isInstanceOf(IllegalStateException.class)
        .satisfies(e -> assertThat(e.getMessage()).contains(fragments));
  }

  private static void refusesNull(ThrowingCallable call, String... fragments) {
    assertThatThrownBy(call)
        .isInstanceOf(NullPointerException.class)
        .satisfies(e -> assertThat(e.getMessage()).contains(fragments));
  }

  @ParameterizedTest
  @EnumSource
  void wrongShapes(TestBackend backend) {
    on(
        backend,
        () -> {
          Tensor x = Tensors.ones(8, 1, 28, 28);
          Tensor w = Tensors.ones(4, 3, 3, 3);
          refuses(
              () -> Functions.conv(x, w, null, WINDOW, 1, Activation.RELU),
              "conv2d: expected an input of 3 channels, which the weight has, got [8, 1, 28, 28]");
          refuses(
              () -> Functions.conv(x, Tensors.ones(4, 1, 5, 5), null, WINDOW, 1, Activation.RELU),
              "conv2d",
              "[3, 3]",
              "[4, 1, 5, 5]");
          refuses(() -> x.matmul(Tensors.ones(3, 3)), "matmul", "28", "3");
          refuses(() -> x.add(Tensors.ones(5)), "add", "[8, 1, 28, 28]", "[5]");
          refuses(() -> x.reshape(7, 9), "reshape", "6272", "63");
          refuses(() -> x.slice(0, 3, 9), "slice", "8", "9");
          refuses(() -> x.permute(0, 0, 1, 2), "permute");
          refuses(
              () ->
                  Functions.linear(
                      Tensors.ones(2, 3), Tensors.ones(4, 5), null, Activation.IDENTITY),
              "linear",
              "5",
              "3");
          refuses(
              () -> Functions.maxPool(Tensors.ones(1, 1, 2, 2), Window.square(3, 1, 0)),
              "max_pool2d",
              "kernel");
          refuses(() -> Tensor.of(new float[] {1, 2, 3}, 2, 2), "4", "3");
          refuses(
              () ->
                  Tensor.apply(
                      new ConvBackwardData(WINDOW, 1, Shape.of(1, 3, 9, 9)),
                      Tensors.ones(1, 4, 7, 7),
                      w),
              "conv2d_backward_data",
              "[1, 4, 9, 9]",
              "[1, 4, 7, 7]");
        });
  }

  @ParameterizedTest
  @EnumSource
  void wrongTypesAndCounts(TestBackend backend) {
    on(
        backend,
        () -> {
          Tensor x = Tensors.ones(2, 3);
          Tensor d = Tensors.fill(new TensorSpec(Shape.of(2, 3), DType.F64), 1);
          Tensor i = Tensor.of(new int[] {1, 2});
          refuses(() -> x.add(d), "add", "F32", "F64", "cast");
          refuses(i::relu, "relu", "floating", "I32");
          refuses(
              () -> Losses.crossEntropy(x, Tensors.ones(2)),
              "cross_entropy",
              "labels",
              "I32",
              "F32");
          refuses(() -> Losses.crossEntropy(i, i), "cross_entropy", "logits");
          refuses(x::toInts, "toInts", "I32", "F32");
          refuses(i::withGrad, "floating", "I32");
          refuses(
              () -> Tensor.apply(new Conv(WINDOW, 1, Activation.RELU), x),
              "conv2d",
              "2 to 3 inputs",
              "1");
          refuses(() -> x.where(x, x), "where", "BOOL", "F32");
          refuses(() -> Tensors.ones(2, 3).item(), "item", "one element");
        });
  }

  @ParameterizedTest
  @EnumSource
  void labelsOutOfRangeForwardAndBackward(TestBackend backend) {
    on(
        backend,
        () -> {
          Tensor logits = Tensors.ones(3, 10);
          for (int bad : new int[] {10, -1, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
            Tensor labels = Tensors.labels(1, bad, 2);
            refuses(
                () -> Losses.crossEntropy(logits, labels),
                "cross_entropy: label " + bad + " at row 1 is outside [0, 10)");
            refuses(
                () ->
                    Tensor.apply(
                        new CrossEntropyBackward(new CrossEntropy(Reduction.MEAN)),
                        logits,
                        labels,
                        Tensor.scalar(1)),
                "label " + bad + " at row 1 is outside [0, 10)");
          }
          long open = Allocator.shared().metrics().liveBlocks();
          refuses(
              () -> Losses.crossEntropy(logits, Tensors.labels(1, 2)),
              "cross_entropy",
              "[3]",
              "[2]");
          assertThat(Allocator.shared().metrics().liveBlocks())
              .as("a refused operation leaves nothing but its inputs")
              .isEqualTo(open + 1);
        });
  }

  @ParameterizedTest
  @EnumSource
  void notANumberFlowsThrough(TestBackend backend) {
    on(
        backend,
        () -> {
          Tensor logits = Tensor.of(new float[] {Float.NaN, 1, 2, 3}, 2, 2);
          assertThat(Losses.crossEntropy(logits, Tensors.labels(0, 1)).item()).isNaN();
          assertThat(logits.relu().toFloats()[0]).isNaN();
          assertThat(logits.max().item()).isNaN();
        });
  }

  @ParameterizedTest
  @EnumSource
  void closedTensors(TestBackend backend) {
    on(
        backend,
        () -> {
          Tensor x = Tensors.ones(4, 4);
          Tensor view = x.reshape(16);
          Tensor leaf = Tensors.ones(4, 4).withGrad();
          Tensor loss = leaf.mul(x).square().sum();
          x.close();
          x.close();
          assertThat(x.isOpen()).isFalse();
          refusesState(() -> x.add(x), "closed");
          refusesState(view::relu, "closed");
          refusesState(() -> x.slice(0, 0, 1), "closed");
          refusesState(x::toFloats, "closed");
          refusesState(loss::backward, "closed");
          assertThat(x.toString()).contains("closed");
          Tensor[] escaped = new Tensor[1];
          try (var _ = Scope.open()) {
            escaped[0] = Tensors.ones(3);
          }
          refusesState(() -> escaped[0].add(escaped[0]), "closed");
        });
  }

  @ParameterizedTest
  @EnumSource
  void otherThreads(TestBackend backend) {
    on(
        backend,
        () -> {
          Tensor mine = Tensors.ones(4);
          Throwable foreign = onAnotherThread(backend, () -> mine.add(mine));
          assertThat(foreign)
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining("thread");
          Scope scope = Scope.current();
          assertThat(onAnotherThread(backend, scope::close))
              .isInstanceOf(IllegalStateException.class);
          Tensor shared = Tensors.ones(4).keep();
          assertThat(onAnotherThread(backend, () -> shared.add(shared))).isNull();
          shared.close();
          assertThat(mine.add(mine).toFloats()).containsOnly(2);
        });
  }

  private static Throwable onAnotherThread(TestBackend backend, Runnable body) {
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Thread thread = Thread.ofPlatform().unstarted(() -> on(backend, body));
    thread.setUncaughtExceptionHandler((_, e) -> thrown.set(e));
    thread.start();
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return thrown.get();
  }

  @ParameterizedTest
  @EnumSource
  void noScope(TestBackend backend) {
    try (var _ = Execution.on(backend.executor())) {
      refusesState(() -> Tensors.ones(3), "scope");
    }
  }

  @ParameterizedTest
  @EnumSource
  void emptyAndHuge(TestBackend backend) {
    on(
        backend,
        () -> {
          assertThat(Tensors.ones(0, 5).add(Tensors.ones(5)).shape()).isEqualTo(Shape.of(0, 5));
          assertThat(Tensors.ones(0, 3).sum().item()).isZero();
          assertThat(Tensors.ones(0, 3).matmul(Tensors.ones(3, 2)).shape())
              .isEqualTo(Shape.of(0, 2));
          assertThat(Tensors.ones(2, 0).matmul(Tensors.ones(0, 3)).toFloats()).containsOnly(0);
          refuses(() -> Tensors.ones(0, 3).max(), "max", "at least one element");
          refuses(() -> Tensors.ones(Long.MAX_VALUE, 2), "2^63-1");
          refuses(() -> Tensors.ones(Long.MAX_VALUE), "larger than 2^63-1 bytes");
          refuses(() -> Tensors.ones(-1), "negative");
          refuses(() -> Shape.of(1, 1, 1, 1, 1, 1, 1, 1, 1), "rank 9", "maximum of 8");
          Class<? extends Throwable> tooLarge =
              backend == TestBackend.NATIVE
                  ? OutOfMemoryError.class
                  : UnsupportedOperationException.class;
          assertThatThrownBy(() -> Tensors.ones(1L << 50)).isInstanceOf(tooLarge);
          Tensor wide = Tensor.scalar(1).expand(1L << 40);
          assertThatThrownBy(() -> wide.add(wide)).isInstanceOf(tooLarge);
          Tensor widest = Tensor.scalar(1).expand((1L << 61) - 1);
          assertThatThrownBy(widest::sum).isInstanceOf(tooLarge);
          long most = widest.shape().size();
          try (Compiled compiled =
              compiled(in -> List.of(in.get(0).expand(most).copy().slice(0, 0, 1)))) {
            assertThatThrownBy(() -> compiled.run(Tensors.ones(1))).isInstanceOf(tooLarge);
          }
        });
  }

  @ParameterizedTest
  @EnumSource
  void writingInPlace(TestBackend backend) {
    on(
        backend,
        () -> {
          Tensor leaf = Tensors.ones(3).withGrad();
          refusesState(() -> leaf.assign(Tensors.ones(3)), "assign", "no-grad");
          Tensor x = Tensors.ones(3);
          Tensor loss = leaf.mul(x).sum();
          x.assign(Tensors.zeros(3));
          refusesState(loss::backward, "mul", "written in place");
          refuses(() -> Tensor.scalar(1).expand(3).assign(x), "assign", "expanded");
          refuses(() -> x.assign(x), "assign", "shares its memory");
          refuses(() -> x.assign(Tensors.ones(4)), "assign", "[3]", "[4]");
          Tensor lr = Tensor.of(new double[] {1e-3}, 1);
          refuses(
              () ->
                  Tensor.apply(
                      new AdamStep(.9, .999, 1e-8, 0, false),
                      x,
                      Tensors.ones(3),
                      Tensors.ones(3),
                      Tensors.ones(3),
                      lr),
              "adam_step",
              "F64[2]");
        });
  }

  @ParameterizedTest
  @EnumSource
  void gradientsWithoutHistory(TestBackend backend) {
    on(
        backend,
        () -> {
          Tensor x = Tensors.ones(3);
          refusesState(() -> x.sum().backward(), "no gradient history");
          refuses(() -> x.withGrad().square().backward(), "cotangent", "F32[3]");
          refuses(() -> x.withGrad().square().backward(Tensors.ones(2)), "F32[3]", "F32[2]");
          refusesState(() -> x.grad(), "leaf");
          try (var _ = Execution.noGrad()) {
            assertThat(x.withGrad().square().requiresGrad()).isFalse();
          }
        });
  }

  @ParameterizedTest
  @EnumSource
  void aWorkspaceOfTheOtherBackend(TestBackend backend) {
    on(
        backend,
        () -> {
          TestBackend other =
              backend == TestBackend.NATIVE ? TestBackend.REFERENCE : TestBackend.NATIVE;
          Window window = Window.square(2, 2, 0);
          Tensor x = Tensors.ones(1, 1, 4, 4);
          Tensor workspace;
          try (var _ = Execution.on(other.executor())) {
            workspace = Tensor.apply(new MaxPool(window), x).get(1);
          }
          Tensor dy = Tensors.ones(1, 1, 2, 2);
          assertThatThrownBy(
                  () -> Tensor.apply(new MaxPoolBackward(window, x.shape()), dy, workspace, x))
              .isInstanceOfAny(IllegalArgumentException.class, UnsupportedOperationException.class)
              .hasMessageContaining("workspace");
          Tensor a = Tensors.ones(1, 1);
          Tensor own = Tensor.apply(new MaxPool(window), x).get(1);
          assertThatThrownBy(() -> Tensor.apply(new LuSolve(true), a, a, own))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessageContaining("lu_solve: expected the workspace of a");
        });
  }

  @ParameterizedTest
  @EnumSource
  void aClosedModelAndBlocksOutOfOrder(TestBackend backend) {
    on(
        backend,
        () -> {
          Sequential model = Sequential.of(Shape.of(4), new Dense(2)).build(1);
          Tensor x = Tensors.ones(1, 4);
          refuses(() -> model.forward(Tensors.ones(1, 5)), "5", "4");
          model.close();
          refusesState(() -> model.forward(x), "closed");
          Scope outer = Scope.open();
          Scope inner = Scope.open();
          refusesState(outer::close, "scope");
          inner.close();
          outer.close();
          Execution.Frame first = Execution.noGrad();
          Execution.Frame second = Execution.grad();
          refusesState(first::close, "innermost first");
          second.close();
          first.close();
          refusesState(() -> Execution.current().random(), "training");
          refuses(() -> new RandomStream(1, -1), "position", "-1");
        });
  }

  @ParameterizedTest
  @EnumSource
  void capturedFunctions(TestBackend backend) {
    on(
        backend,
        () -> {
          Tensor x = Tensors.ones(2, 3);
          Tensor[] in = {x};
          try (Compiled compiled = compiled(t -> List.of(t.get(0).exp()))) {
            for (Tensor y :
                List.of(Tensors.ones(3, 2).transpose(0, 1), Tensors.ones(3).expand(2, 3))) {
              refuses(
                  () -> compiled.runInto(in, new Tensor[] {y}),
                  "result 0",
                  "F32[2, 3], which is not dense");
            }
            refusesNull(() -> compiled.run(x, null), "argument 1");
            refusesNull(() -> compiled.runInto(in, new Tensor[1]), "result 0");
          }
          try (Compiled none = compiled(_ -> List.of())) {
            assertThat(none.run(in)).isEmpty();
            refusesState(() -> none.run(x), "a function with results");
          }
          refusesNull(() -> compiled(null), "function");
          try (Compiled broken = compiled(_ -> null)) {
            refusesNull(() -> broken.run(x), "returned null");
          }
          try (Compiled broken = compiled(t -> Arrays.asList(t.get(0), null))) {
            refusesNull(() -> broken.run(x), "result 1 of the function");
          }
        });
  }

  @ParameterizedTest
  @EnumSource
  void tensorsOfACapture(TestBackend backend) {
    on(
        backend,
        () -> {
          List<Tensor> traced = new ArrayList<>();
          try (Compiled compiled =
              compiled(t -> {
                traced.add(t.get(0));
                assertThat(onAnotherThread(backend, () -> t.get(0).exp()))
                    .isInstanceOf(CaptureException.class)
                    .hasMessageContainingAll("exp: F32[3] belongs to a capture", "thread");
                return t;
              })) {
            compiled.run(Tensors.ones(3));
            refusesState(
                () -> traced.get(0).exp(), "exp: F32[3] belongs to a capture", "MisuseTest");
            refusesState(() -> compiled.run(traced.get(0)), "compiled", "captured", "MisuseTest");
          }
        });
  }

  private static Compiled compiled(Function<List<Tensor>, List<Tensor>> function) {
    return Compiled.of(function, CompileOptions.defaults());
  }

  @ParameterizedTest
  @EnumSource
  void closingDuringUseIsRefusedNotACrash(TestBackend backend) throws InterruptedException {
    Tensor[] shared = new Tensor[1];
    try (var _ = Execution.on(backend.executor());
        var _ = Scope.open()) {
      shared[0] = Tensors.ones(64, 64).keep();
    }
    AtomicReference<Throwable> unexpected = new AtomicReference<>();
    Thread user =
        Thread.ofPlatform()
            .start(() -> {
              try (var _ = Execution.on(backend.executor())) {
                for (int i = 0; i < 200 && shared[0].isOpen(); i++) {
                  try (var _ = Scope.open()) {
                    shared[0].matmul(shared[0]);
                  }
                }
              } catch (IllegalStateException closed) {
                if (!closed.getMessage().contains("closed")) {
                  unexpected.set(closed);
                }
              }
            });
    boolean closed = false;
    while (!closed) {
      try {
        shared[0].close();
        closed = true;
      } catch (IllegalStateException inUse) {
        assertThat(inUse).hasMessageContaining("use");
      }
    }
    user.join();
    assertThat(unexpected.get()).isNull();
  }

  @ParameterizedTest
  @EnumSource
  void valuesCrossBackends(TestBackend backend) {
    TestBackend other = backend == TestBackend.NATIVE ? TestBackend.REFERENCE : TestBackend.NATIVE;
    on(
        backend,
        () -> {
          Tensor x = Tensors.uniform(new RandomStream(1), -1, 1, Shape.of(2, 16, 6, 6));
          Tensor w = Tensors.uniform(new RandomStream(2), -1, 1, Shape.of(32, 16, 3, 3));
          Tensor y = Functions.conv(x, w, null, WINDOW, 1, Activation.RELU);
          float[] here = y.relu().toFloats();
          try (var _ = Execution.on(other.executor())) {
            assertThat(y.relu().toFloats()).containsExactly(here);
          }
        });
  }

  @ParameterizedTest
  @EnumSource
  void theExecutorsAreTheOnesAskedFor(TestBackend backend) {
    on(
        backend,
        () ->
            assertThat(Execution.current().eager())
                .isSameAs(
                    backend == TestBackend.NATIVE
                        ? Executors.nativeExecutor()
                        : Executors.reference()));
  }
}
