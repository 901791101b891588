package dev.balboa.nn.train;

import java.io.PrintStream;
import java.util.Locale;
import java.util.Objects;

/**
 * Prints a line when training begins, when an epoch is finished, and when training ends; if told,
 * also within epochs.
 */
public final class LogListener implements TrainingListener {
  private final PrintStream out;
  private long epochs;
  private int batches;
  private long every = Long.MAX_VALUE;

  /** Prints to a stream, such as {@code System.out}. */
  public LogListener(PrintStream out) {
    this.out = Objects.requireNonNull(out, "log listener: stream");
  }

  /** Prints a line also after every so many steps. */
  public LogListener every(long steps) {
    if (steps < 1) {
      throw new IllegalArgumentException("log listener: expected steps >= 1, got " + steps);
    }
    every = steps;
    return this;
  }

  @Override
  public void onStart(TrainingPlan plan) {
    epochs = plan.epochs();
    batches = plan.batches();
    String from =
        plan.firstEpoch() == 0 && plan.firstBatch() == 0
            ? ""
            : ", from epoch " + (plan.firstEpoch() + 1) + " batch " + (plan.firstBatch() + 1);
    out.printf(
        Locale.ROOT,
        "training %d epochs of %,d samples in %,d batches%s%n",
        plan.epochs(),
        plan.samples(),
        plan.batches(),
        from);
  }

  @Override
  public void onStep(StepReport report) {
    if ((report.step() + 1) % every == 0) {
      out.printf(
          Locale.ROOT,
          "epoch %d/%d, batch %,d/%,d: loss %.4f, mean %.4f, learning rate %.3g%n",
          report.epoch() + 1,
          epochs,
          report.batch() + 1,
          batches,
          report.loss(),
          report.meanLoss(),
          report.learningRate());
    }
  }

  @Override
  public void onEpoch(EpochReport report) {
    StringBuilder line = new StringBuilder();
    line.append("epoch ").append(report.epoch() + 1).append('/').append(epochs).append(": ");
    append(line, "", report.training());
    report.validation().ifPresent(v -> append(line, "validation ", v));
    line.append(
        String.format(
            Locale.ROOT,
            "learning rate %.3g, %.1f s, %,.0f samples/s",
            report.learningRate(),
            report.training().seconds(),
            report.training().samplesPerSecond()));
    out.println(line);
  }

  private static void append(StringBuilder line, String prefix, Evaluation evaluation) {
    line.append(String.format(Locale.ROOT, "%sloss %.4f, ", prefix, evaluation.loss()));
    evaluation
        .metrics()
        .forEach((name, value) ->
            line.append(String.format(Locale.ROOT, "%s%s %.4f, ", prefix, name, value)));
  }

  @Override
  public void onStop(History history) {
    String reason =
        switch (history.reason()) {
          case COMPLETED -> "finished";
          case EARLY -> "stopped early, no improvement";
          case REQUESTED -> "stopped on request";
        };
    String best = history.bestEpoch() < 0 ? "" : ", best epoch " + (history.bestEpoch() + 1);
    out.println("training " + reason + " after " + history.epochs().size() + " epochs" + best);
  }
}
