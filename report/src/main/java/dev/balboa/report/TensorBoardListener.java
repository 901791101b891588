package dev.balboa.report;

import dev.balboa.nn.layer.Layer;
import dev.balboa.nn.train.EpochReport;
import dev.balboa.nn.train.Evaluation;
import dev.balboa.nn.train.StepReport;
import dev.balboa.nn.train.TrainingListener;
import dev.balboa.nn.train.TrainingPlan;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;

/**
 * Shows a training run in TensorBoard: loss, learning rate and gradient norm of the steps, loss and
 * metrics of the epochs, histograms of the parameters and of the gradients of each epoch's last
 * step, and the model's summary as text. What is of an epoch stands at its last step. Curves of
 * training and of validation have the same tag in two runs, {@code train} and {@code validation},
 * so that they share a chart.
 *
 * <p>A run that goes on writes new files beside the earlier ones.
 *
 * <p>Ownership: closing it closes the files, not the model.
 */
public final class TensorBoardListener implements TrainingListener, AutoCloseable {
  private final Layer model;
  private final TensorBoardWriter train;
  private final TensorBoardWriter validation;
  private long every = 1;
  private boolean histograms = true;
  private int batches;

  /**
   * Writes event files.
   *
   * @param directory of the run
   * @param model the one that is trained
   */
  public TensorBoardListener(Path directory, Layer model) throws IOException {
    this.model = Objects.requireNonNull(model, "TensorBoard: model");
    train = TensorBoardWriter.open(directory.resolve("train"));
    try {
      validation = TensorBoardWriter.open(directory.resolve("validation"));
    } catch (IOException e) {
      train.close();
      throw e;
    }
  }

  /** Writes numbers of every so many steps; each of them unless told. */
  public TensorBoardListener every(long steps) {
    if (steps < 1) {
      throw new IllegalArgumentException("TensorBoard: expected steps >= 1, got " + steps);
    }
    every = steps;
    return this;
  }

  /** Leaves out the histograms. */
  public TensorBoardListener withoutHistograms() {
    histograms = false;
    return this;
  }

  /** For what is to be shown besides, such as pictures. */
  public TensorBoardWriter writer() {
    return train;
  }

  private interface Writing {
    void run() throws IOException;
  }

  private static void unchecked(Writing writing) {
    try {
      writing.run();
    } catch (IOException e) {
      throw new UncheckedIOException("TensorBoard: cannot write an event file", e);
    }
  }

  @Override
  public void onStart(TrainingPlan plan) {
    batches = plan.batches();
    unchecked(() -> {
      if (plan.firstStep() > 0) {
        train.resumedAt(plan.firstStep());
        validation.resumedAt(plan.firstStep());
      }
      train.text("model", plan.firstStep(), preformatted(model.summary()));
      train.text(
          "plan",
          plan.firstStep(),
          preformatted(
              String.format(
                  Locale.ROOT,
                  "%d epochs of %,d samples in %,d batches",
                  plan.epochs(),
                  plan.samples(),
                  plan.batches())));
    });
  }

  /** Markdown shows lines that begin with four spaces as they are. */
  private static String preformatted(String text) {
    return text.lines().map(line -> "    " + line).reduce("", (a, b) -> a + b + "\n");
  }

  @Override
  public void onStep(StepReport report) {
    unchecked(() -> {
      if (report.step() % every == 0) {
        train.scalar("step/loss", report.step(), report.loss());
        train.scalar("step/learning_rate", report.step(), report.learningRate());
        if (!Double.isNaN(report.gradientNorm())) {
          train.scalar("step/gradient_norm", report.step(), report.gradientNorm());
        }
      }
      if (histograms && report.batch() == batches - 1) {
        histograms(report.step());
      }
    });
  }

  private void histograms(long step) throws IOException {
    for (var entry : model.parameters().entrySet()) {
      if (entry.getValue().data().dtype().isFloating()) {
        train.histogram("parameters/" + entry.getKey(), step, entry.getValue().data());
        if (entry.getValue().grad() != null) {
          train.histogram("gradients/" + entry.getKey(), step, entry.getValue().grad());
        }
      }
    }
  }

  @Override
  public void onEpoch(EpochReport report) {
    unchecked(() -> {
      long step = report.steps() - 1;
      write(train, step, report.training());
      train.scalar("epoch/samples_per_second", step, report.training().samplesPerSecond());
      if (report.validation().isPresent()) {
        write(validation, step, report.validation().get());
      }
    });
  }

  private static void write(TensorBoardWriter writer, long step, Evaluation evaluation)
      throws IOException {
    writer.scalar("epoch/loss", step, evaluation.loss());
    for (var metric : evaluation.metrics().entrySet()) {
      writer.scalar("epoch/" + metric.getKey(), step, metric.getValue());
    }
  }

  /** Closes the event files. */
  @Override
  public void close() throws IOException {
    try (validation) {
      train.close();
    }
  }
}
