package dev.balboa.nn.cases;

import dev.balboa.bindings.Dnnl;
import dev.balboa.nn.op.DType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Collects what the tests measure and, if the system property {@code balboa.docs} is true, writes
 * it to {@code docs/equivalence.md} after the last test.
 */
final class EquivalenceReport implements AutoCloseable {
  private final Map<String, Row> rows = new LinkedHashMap<>();

  /** What is known of one case in one type. */
  private static final class Cell {
    private int samples;
    private int refused;
    private int refusedBackward;
    private Agreement.Errors errors = new Agreement.Errors(0, 0);

    void add(Agreement.Errors e) {
      samples++;
      errors = errors.max(e);
    }

    private String backward() {
      String refusals = refusedBackward > 0 ? " (" + refusedBackward + " refused)" : "";
      return refusedBackward == samples ? "refused" : number(errors.backward()) + refusals;
    }

    /** Samples, forward, backward; or why there are none. */
    String text(boolean gradient) {
      if (samples == 0) {
        return (refused > 0 ? "refused" : "no operand") + " | - | -";
      }
      return samples
          + (refused > 0 ? " (" + refused + " refused)" : "")
          + " | "
          + number(errors.forward())
          + " | "
          + (gradient ? backward() : "-");
    }
  }

  /** What is known of one case. */
  private static final class Row {
    private final Map<DType, Cell> cells = new EnumMap<>(DType.class);
    private final Cell blocked = new Cell();
    private final Map<DType, Integer> whole = new EnumMap<>(DType.class);
    private int checks;
    private GradientCheck.Errors gradients = new GradientCheck.Errors(0, 0);

    Cell cell(DType real) {
      return cells.computeIfAbsent(real, _ -> new Cell());
    }
  }

  /** Gives the one report of a test run to tests that ask for it. */
  static final class Resolver implements ParameterResolver {
    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
      return parameter.getParameter().getType() == EquivalenceReport.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
      return context
          .getRoot()
          .getStore(ExtensionContext.Namespace.create(EquivalenceReport.class))
          .computeIfAbsent(
              EquivalenceReport.class, _ -> new EquivalenceReport(), EquivalenceReport.class);
    }
  }

  private Row row(OpCase c) {
    return rows.computeIfAbsent(c.name(), _ -> new Row());
  }

  void agreed(OpCase c, DType real, Agreement.Errors e) {
    row(c).cell(real).add(e);
  }

  /** Whole numbers and truth values of these types went in or came out, and were equal. */
  void agreedExactly(OpCase c, Set<DType> types) {
    for (DType t : types) {
      if (!t.isFloating()) {
        row(c).whole.merge(t, 1, Integer::sum);
      }
    }
  }

  void agreedBlocked(OpCase c, Agreement.Errors e) {
    row(c).blocked.add(e);
  }

  void refused(OpCase c, DType real) {
    row(c).cell(real).refused++;
  }

  void refusedBackward(OpCase c, DType real) {
    row(c).cell(real).refusedBackward++;
  }

  void differentiated(OpCase c, GradientCheck.Errors e) {
    Row row = row(c);
    row.checks++;
    row.gradients = row.gradients.max(e);
  }

  @Override
  public void close() {
    if (!Boolean.getBoolean("balboa.docs")) {
      return;
    }
    StringBuilder text = new StringBuilder(head());
    OpCases.all().stream()
        .filter(c -> rows.containsKey(c.name()))
        .forEach(c -> text.append(line(c, rows.get(c.name()))));
    try {
      Files.writeString(Path.of("..", "docs", "equivalence.md"), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String head() {
    return """
    # Native against reference, operation by operation

    Written by the tests, not by hand: `scripts/test -Dbalboa.docs=true`. What the columns mean and how the errors are
    measured is in [numerics.md](numerics.md). The reference backend computes every operation in every type; what the
    native backend computes is compared with it here.

    - **F32**, **F64**, **BF16**: samples in that type on which the native backend was compared with the reference, and the
      largest relative error of any single number of the outputs and of the gradients. Sizes are odd, empty, one or
      lopsided; inputs are permuted, sliced, expanded, unaligned or the same tensor twice; fresh memory is poisoned and
      guarded. *refused*: the native backend says by name that it lacks the type, in the operation or in an operation of
      its derivative; a number of refused samples beside others means that it lacks it in some forms only. *no operand*: the operation takes and gives
      no floating-point number of a type of the caller's choice.
    - **blocked**: F32 samples with inputs in oneDNN's own layouts, as they come out of a convolution; *none*: of a rank
      that no convolution gives, or not taken by the operation.
    - **whole**: in how many of the samples of the first test tensors of these types go in or come out. Their elements are equal on
      both backends, but for codes of requantized products, which may be neighbours where a number lies between two;
      *none*: the operation takes and gives none.
    - **derivative**: samples whose first and second derivatives were compared with finite differences, in F64 on the
      reference, and the largest relative error. *zero*: zero wherever there is one; *none*: not differentiable.
    - **-**: nothing to measure, for the reason that the same row gives: refused, no operand, or no derivative.

    oneDNN %s on %s, %d random samples per operation.

    | operation | F32 | forward | backward | blocked | forward | backward | F64 | forward | backward | BF16 | forward | backward | whole | derivative | first | second |
    |---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|---|--:|--:|--:|
    """
        .formatted(Dnnl.version(), Dnnl.effectiveIsa(), OpCases.randomSamples());
  }

  private static String line(OpCase c, Row r) {
    boolean gradient = c.hasGradient();
    String checks =
        switch (c.derivative()) {
          case NONE -> "none";
          case ZERO -> "zero";
          case ONCE, TWICE -> "" + r.checks;
        };
    return "| %s | %s | %s | %s | %s | %s | %s | %s | %s |\n"
        .formatted(
            c.name(),
            r.cell(DType.F32).text(gradient),
            r.blocked.samples == 0 ? "none | - | -" : r.blocked.text(gradient),
            r.cell(DType.F64).text(gradient),
            r.cell(DType.BF16).text(gradient),
            whole(r),
            checks,
            gradient ? number(r.gradients.first()) : "-",
            c.derivative() == OpCase.Derivative.TWICE ? number(r.gradients.second()) : "-");
  }

  private static String whole(Row r) {
    return r.whole.isEmpty()
        ? "none"
        : r.whole.entrySet().stream()
            .map(e -> e.getKey() + " " + e.getValue())
            .collect(Collectors.joining(", "));
  }

  private static String number(double error) {
    return error == 0 ? "0" : String.format(Locale.ROOT, "%.0e", error);
  }
}
