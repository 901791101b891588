package dev.balboa.nn.cases;

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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Inputs that do not fit are refused in one message on every backend, which names the operation,
 * what it expected and what it got, before a backend sees them.
 *
 * <p>A message has the form {@code name: ... expected ..., got ...}. What follows {@code got} is of
 * this application and not a mere phrase: it shows a shape, a type, a value or a count.
 */
final class RefusalTest {
  private static final Pattern FORM =
      Pattern.compile("[a-z][a-z0-9_]*: (.* )?expected \\S.*, got (?<got>\\S.*)");
  private static final Pattern CONCRETE =
      Pattern.compile("[0-9\\[']|\\b([A-Z][A-Z0-9_]+|NaN|Infinity|none|null)\\b");

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
      SoftAssertions.assertSoftly(
          softly -> c.refusals().forEach(r -> refuses(softly, memory, c, r)));
    }
  }

  private static void refuses(
      SoftAssertions softly, WatchedMemory memory, OpCase c, OpCase.Refusal r) {
    if (r.inputs() == null) {
      check(softly, r, catchThrowable(() -> r.applied().get()));
      return;
    }
    Throwable onReference = memory.in(() -> refusal(Executors.reference(), r));
    check(softly, r, onReference);
    softly.assertThat(onReference).hasMessageStartingWith(name(c, r) + ": ");
    softly
        .assertThat(memory.in(() -> refusal(Executors.nativeExecutor(), r)))
        .hasMessage(onReference.getMessage());
  }

  private static void check(SoftAssertions softly, OpCase.Refusal r, Throwable thrown) {
    softly
        .assertThat(thrown)
        .isExactlyInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll(r.fragments().toArray(CharSequence[]::new));
    Matcher parts = FORM.matcher(thrown.getMessage());
    if (!parts.matches()) {
      softly.fail("not of the form 'name: expected ..., got ...': %s", thrown.getMessage());
    } else if (!CONCRETE.matcher(parts.group("got")).find()) {
      softly.fail("no shape, type, value or count in what was got: %s", thrown.getMessage());
    }
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
