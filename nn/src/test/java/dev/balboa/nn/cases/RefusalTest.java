package dev.balboa.nn.cases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.balboa.nn.backend.Backend;
import dev.balboa.nn.backend.Prepared;
import dev.balboa.nn.exec.EagerExecutor;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.exec.Executors;
import dev.balboa.nn.memory.Layout;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Inputs that do not fit are refused in one message on every backend, which names the operation,
 * what it expected and what it got, before a backend sees them.
 */
final class RefusalTest {
  static List<OpCase> cases() {
    return OpCases.all();
  }

  /** Fails the test if it is asked for anything. */
  private record Untouchable(String name) implements Backend {
    @Override
    public Prepared prepare(
        Op op, List<TensorSpec> inputs, List<Layout> layouts, List<TensorSpec> outputs) {
      throw new AssertionError(op + " on " + inputs + " reached the backend " + name);
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void refuses(OpCase c) {
    try (var memory = new WatchedMemory()) {
      for (OpCase.Refusal r : c.refusals()) {
        if (r.inputs() == null) {
          check(r, catchThrowable(() -> r.applied().get()));
        } else {
          Throwable onReference = memory.in(() -> refusal(Executors.reference(), r));
          check(r, onReference);
          assertThat(onReference.getMessage()).startsWith(name(c, r) + ": ");
          assertThat(memory.in(() -> refusal(Executors.nativeExecutor(), r)))
              .hasMessage(onReference.getMessage());
        }
      }
    }
  }

  private static void check(OpCase.Refusal r, Throwable thrown) {
    assertThat(thrown)
        .isExactlyInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll(r.fragments().toArray(CharSequence[]::new));
  }

  private static Throwable refusal(EagerExecutor executor, OpCase.Refusal r) {
    List<Tensor> inputs;
    try (var _ = Execution.on(executor)) {
      inputs = Placing.place(r.inputs().stream().map(spec -> Input.full(spec, 0)).toList());
    }
    EagerExecutor watched = new EagerExecutor(new Untouchable(executor.backend().name()));
    try (var _ = Execution.on(watched)) {
      Sample applied = new Sample(r.applied().get(), List.of());
      return catchThrowable(() -> plain(applied, inputs));
    }
  }

  private static List<Tensor> plain(Sample sample, List<Tensor> inputs) {
    return switch (sample.applied()) {
      case Sample.AnOp(Op op) -> Tensor.apply(op, inputs.toArray(Tensor[]::new));
      case Sample.AFunction(var _, var function) -> function.apply(inputs);
    };
  }

  /** What the message starts with; a variant's name follows that of its function after a space. */
  private static String name(OpCase c, OpCase.Refusal r) {
    return r.applied().get() instanceof Sample.AnOp(Op op) ? op.name() : c.name().split(" ", 2)[0];
  }
}
