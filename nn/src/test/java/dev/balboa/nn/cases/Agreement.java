package dev.balboa.nn.cases;

import dev.balboa.nn.exec.EagerExecutor;
import dev.balboa.nn.exec.Executors;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.QuantizedOp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;

/**
 * How far a result may be from the reference, and how far it is.
 *
 * <p>A number y = f(x) computed in floating point cannot be better than f of inputs that are off by
 * a few units of the last place. So the error of each single number is measured against |y| plus
 * the change of y, per unit, when all inputs are changed relatively at random: |y| itself for a
 * product, the root of the sum of squared terms for a sum whose terms cancel. This relative error
 * must not exceed the case's tolerance, a few units of the last place times the square root of the
 * number of terms that are added. There is no absolute tolerance.
 */
final class Agreement {
  private static final double STEP = 1e-4;
  private static final int TRIALS = 5;

  /** As many where few trials say too little: a chance of luck in each of millions of numbers. */
  private static final int MANY_TRIALS = 40;

  /** Whether errors are written down, and not only found small enough. */
  private static final boolean MEASURES = Boolean.getBoolean("balboa.docs");

  private final OpCase c;
  private final Sample sample;
  private final DType real;
  private Runs.Outcome exact;
  private final Map<Trial, Runs.Outcome> trials = new HashMap<>();

  /** One change of one source of error. */
  private record Trial(int source, int seed, double step) {}

  Agreement(OpCase c, Sample sample, DType real) {
    this.c = c;
    this.sample = sample;
    this.real = coarsest(real, sample);
  }

  /** What every operation has to keep, whatever its own tolerance. */
  private static double limit(DType real) {
    return real == DType.BF16 ? 1.0 / 16 : 1e-4;
  }

  /** The type of fewest digits among those of the inputs and {@code real}. */
  private static DType coarsest(DType real, Sample sample) {
    boolean half = sample.specs().stream().anyMatch(spec -> spec.dtype() == DType.BF16);
    return half ? DType.BF16 : real;
  }

  /** The largest relative errors, of the outputs and of the gradients. */
  record Errors(double forward, double backward) {
    Errors max(Errors other) {
      return new Errors(Math.max(forward, other.forward), Math.max(backward, other.backward));
    }
  }

  /**
   * Measures.
   *
   * @throws AssertionError when a number is out of tolerance
   */
  Errors check(Runs.Outcome got, Runs.Outcome expected) {
    double forward = 0;
    for (int i = 0; i < expected.outputs().size(); i++) {
      int output = i;
      forward =
          Math.max(
              forward,
              compare(
                  "output " + i,
                  got.outputs().get(i),
                  expected.outputs().get(i),
                  tolerance(got.outputTypes().get(i)),
                  o -> o.outputs().get(output)));
    }
    double backward = 0;
    same("number of gradients", got.gradients().size(), expected.gradients().size());
    for (int k = 0; k < expected.gradients().size(); k++) {
      for (int i = 0; i < expected.gradients().get(k).size(); i++) {
        int output = k;
        int leaf = i;
        String what = "gradient of output " + k + " in input " + sample.leaves().get(i);
        backward =
            Math.max(
                backward,
                compare(
                    what,
                    got.gradients().get(k).get(i),
                    expected.gradients().get(k).get(i),
                    tolerance(real),
                    o -> o.gradients().get(output).get(leaf)));
      }
    }
    return new Errors(forward, backward);
  }

  @FunctionalInterface
  private interface Part {
    double[] of(Runs.Outcome outcome);
  }

  /** Whole numbers are equal, whatever the case allows numbers that are rounded. */
  private double tolerance(DType type) {
    return type.isFloating() ? Math.min(limit(real), c.tolerance(sample, real)) : 0;
  }

  private double compare(
      String what, double[] got, double[] expected, double tolerance, Part part) {
    if (got == null || expected == null) {
      same(what + " is there", got != null, expected != null);
      return 0;
    }
    same("elements of " + what, got.length, expected.length);
    double worst = 0;
    for (int i = 0; i < got.length; i++) {
      double difference = difference(got[i], expected[i]);
      if (difference == 0 || difference <= codes()) {
        continue;
      }
      double error = difference / Math.abs(expected[i]);
      if (!(error <= tolerance)) {
        double enough = MEASURES ? Double.POSITIVE_INFINITY : difference / tolerance;
        error = difference / Math.max(Math.abs(expected[i]), sensitivity(part, i, enough));
      }
      if (!(error <= tolerance)) {
        error = difference / Math.max(Math.abs(expected[i]), deviation(part, i));
      }
      if (!(error <= tolerance)) {
        throw new AssertionError(
            "%s: %s, element %d: got %s, reference %s, relative error %.3g > %.3g%n  %s  FIRST %s"
                .formatted(
                    c.name(),
                    what,
                    i,
                    got[i],
                    expected[i],
                    error,
                    tolerance,
                    sample,
                    i < sample.inputs().get(0).elements().length
                        ? sample.inputs().get(0).elements()[i]
                        : null));
      }
      worst = Math.max(worst, error);
    }
    return worst;
  }

  /** How far a code may be off; {@link QuantizedTest} looks at where that happens. */
  private double codes() {
    return sample.applied() instanceof Sample.AnOp(QuantizedOp op)
            && !op.infer(sample.specs()).get(0).dtype().isFloating()
        ? c.codes()
        : 0;
  }

  /** 0 for the same number, infinity or NaN, and for what underflows. */
  private double difference(double got, double expected) {
    if (Double.compare(got, expected) == 0 || got == expected) {
      return 0;
    }
    double difference = Math.abs(got - expected);
    double smallest = real == DType.F64 ? Double.MIN_NORMAL : Float.MIN_NORMAL;
    return difference < smallest ? 0 : difference;
  }

  private void same(String what, Object got, Object expected) {
    if (!got.equals(expected)) {
      throw new AssertionError(
          "%s: %s: got %s, reference %s%n  %s".formatted(c.name(), what, got, expected, sample));
    }
  }

  /**
   * How much one number changes, per unit of relative change of all that is rounded; less, once it
   * is {@code enough}. What every operation rounds comes first, because it mostly is.
   */
  private double sensitivity(Part part, int i, double enough) {
    if (exact == null) {
      exact = changed(new Trial(-1, 0, 0));
    }
    double sum = 0;
    for (int source = sample.inputs().size() + 1; source >= 0; source--) {
      double most = 0;
      for (int t = 0; t < TRIALS && sum + most < enough; t++) {
        Trial trial = new Trial(source, Math.max(0, t - 1), t == 1 ? -STEP : STEP);
        Runs.Outcome o = trials.computeIfAbsent(trial, this::changed);
        double change = Math.abs(part.of(o)[i] - part.of(exact)[i]) / STEP;
        most = Double.isFinite(change) ? Math.max(most, change) : most;
      }
      sum += most;
    }
    return sum;
  }

  /**
   * The same from many trials: twice the standard deviation, which 19 of 20 changes stay below. The
   * largest of a few trials is about as much, but now and then it is next to nothing by chance.
   */
  private double deviation(Part part, int i) {
    double sum = 0;
    for (int source = sample.inputs().size() + 1; source >= 0; source--) {
      double squares = 0;
      int finite = 0;
      for (int t = 1; t <= MANY_TRIALS; t++) {
        Runs.Outcome o = trials.computeIfAbsent(new Trial(source, t, STEP), this::changed);
        double change = (part.of(o)[i] - part.of(exact)[i]) / STEP;
        if (Double.isFinite(change)) {
          squares += change * change;
          finite++;
        }
      }
      sum += 2 * Math.sqrt(squares / Math.max(1, finite));
    }
    return sum;
  }

  /**
   * The exact result when one source of error is changed at random: an input, the cotangents, or
   * what every operation rounds.
   */
  private Runs.Outcome changed(Trial trial) {
    int source = trial.source;
    int seed = trial.seed;
    double step = trial.step;
    int n = sample.inputs().size();
    Random random = new Random(31 + seed);
    DoubleUnaryOperator change =
        seed == 0
            ? x -> x * (random.nextBoolean() ? 1 + step : 1 - step)
            : x -> x * (1 + step * random.nextGaussian());
    List<Input> inputs = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      Input wide = sample.inputs().get(i).as(DType.F64).placed(new Placement.Dense());
      boolean changes = i == source && wide.spec().dtype().isFloating();
      inputs.add(changes ? wide.with(Arrays.stream(wide.elements()).map(change).toArray()) : wide);
    }
    EagerExecutor reference =
        source == n + 1 ? new EagerExecutor(new NoisyReference(change)) : Executors.reference();
    return Runs.run(
        reference,
        c::runInSteps,
        c.hasGradient(),
        new Sample(sample.applied(), inputs),
        source == n ? change : x -> x);
  }
}
