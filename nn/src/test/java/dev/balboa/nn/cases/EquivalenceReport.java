package dev.balboa.nn.cases;

import dev.balboa.bindings.Dnnl;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Collects what the tests measure and, if the system property {@code balboa.docs} is true, writes
 * it to {@code docs/equivalence.md} after the last test.
 */
final class EquivalenceReport implements AutoCloseable {
  private final Map<String, Row> rows = new LinkedHashMap<>();

  /** What is known of one case. */
  private static final class Row {
    private int f32;
    private Agreement.Errors errors = new Agreement.Errors(0, 0);
    private int blocked;
    private Agreement.Errors blockedErrors = new Agreement.Errors(0, 0);
    private int f64;
    private double f64Error;
    private int checks;
    private GradientCheck.Errors gradients = new GradientCheck.Errors(0, 0);
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

  void agreed(OpCase c, Agreement.Errors e) {
    Row row = row(c);
    row.f32++;
    row.errors = row.errors.max(e);
  }

  void agreedBlocked(OpCase c, Agreement.Errors e) {
    Row row = row(c);
    row.blocked++;
    row.blockedErrors = row.blockedErrors.max(e);
  }

  void agreedInF64(OpCase c, double forward) {
    Row row = row(c);
    row.f64++;
    row.f64Error = Math.max(row.f64Error, forward);
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
    measured is in [numerics.md](numerics.md).

    - **F32**: samples on which the native backend was compared with the reference, and the largest relative error of any
      single number of the outputs and of the gradients. Sizes are odd, empty, one or lopsided; inputs are permuted, sliced,
      expanded, unaligned or the same tensor twice; fresh memory is poisoned and guarded.
    - **blocked**: the same with inputs in oneDNN's own layouts, as they come out of a convolution.
    - **F64**: the same for the types that the native backend has beside F32. An operation without a number here is
      refused by name in F64, where only the reference computes.
    - **derivative**: samples whose first and second derivatives were compared with finite differences, in F64 on the
      reference, and the largest relative error. *zero*: zero wherever there is one; *none*: not differentiable.

    oneDNN %s on %s, %d random samples per operation.

    | operation | F32 | forward | backward | blocked | forward | backward | F64 | forward | derivative | first | second |
    |---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|
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
    return "| %s | %d | %s | %s | %s | %s | %s | %s | %s | %s | %s | %s |\n"
        .formatted(
            c.name(),
            r.f32,
            number(r.errors.forward()),
            gradient ? number(r.errors.backward()) : "",
            r.blocked == 0 ? "" : r.blocked,
            r.blocked == 0 ? "" : number(r.blockedErrors.forward()),
            r.blocked == 0 || !gradient ? "" : number(r.blockedErrors.backward()),
            r.f64 == 0 ? "" : r.f64,
            r.f64 == 0 ? "" : number(r.f64Error),
            checks,
            gradient ? number(r.gradients.first()) : "",
            gradient ? number(r.gradients.second()) : "");
  }

  private static String number(double error) {
    return error == 0 ? "0" : String.format(Locale.ROOT, "%.0e", error);
  }
}
