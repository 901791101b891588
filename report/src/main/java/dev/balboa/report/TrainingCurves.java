package dev.balboa.report;

import dev.balboa.nn.train.EpochReport;
import dev.balboa.nn.train.Evaluation;
import dev.balboa.nn.train.History;
import dev.balboa.nn.train.StepReport;
import dev.balboa.nn.train.TrainingListener;
import dev.balboa.nn.train.TrainingPlan;
import java.util.ArrayList;
import java.util.List;

/**
 * Draws loss and every metric over the epochs of training, in training and in validation, with the
 * best epoch marked. As a listener it also sees the loss of the batches, which is drawn smoothed:
 *
 * <pre>{@code
 * TrainingCurves curves = new TrainingCurves();
 * History history = trainer.listener(curves).fit(loader, 10);
 * curves.figure("MNIST", history).write(Path.of("curves.svg"));
 * }</pre>
 *
 * <p>Of a resumed run the epochs are all drawn, and the batches as far as this listener saw them. A
 * loss that falls by more than a factor of ten is drawn on a logarithmic axis.
 *
 * <p>Thread rule: used on the training thread.
 */
public final class TrainingCurves implements TrainingListener {
  private static final double SMOOTHING = 0.95;
  private static final int MOST_POINTS = 1024;

  private final List<Double> epochs = new ArrayList<>();
  private final List<Double> losses = new ArrayList<>();
  private int batches = 1;
  private long stride = 1;
  private double mean;
  private double weight;

  /** Curves of no batches yet. */
  public TrainingCurves() {}

  @Override
  public void onStart(TrainingPlan plan) {
    batches = plan.batches();
  }

  @Override
  public void onStep(StepReport report) {
    mean = SMOOTHING * mean + (1 - SMOOTHING) * report.loss();
    weight = SMOOTHING * weight + (1 - SMOOTHING);
    if (report.step() % stride == 0) {
      epochs.add(report.epoch() + (report.batch() + 1.0) / batches);
      losses.add(mean / weight);
    }
    if (epochs.size() > MOST_POINTS) {
      thin(epochs);
      thin(losses);
      stride *= 2;
    }
  }

  /** Keeps every second point, so that a run of any length takes bounded memory. */
  private static void thin(List<Double> points) {
    for (int i = 0; 2 * i < points.size(); i++) {
      points.set(i, points.get(2 * i));
    }
    points.subList((points.size() + 1) / 2, points.size()).clear();
  }

  /**
   * The picture of all these epochs, a chart for the loss and one for every metric.
   *
   * @throws IllegalArgumentException if there is neither an epoch nor a batch to draw
   */
  public Figure figure(String title, History history) {
    List<EpochReport> reports = history.epochs();
    if (reports.isEmpty() && losses.isEmpty()) {
      throw new IllegalArgumentException("training curves: expected an epoch, got none");
    }
    List<String> names = new ArrayList<>();
    names.add("loss");
    if (!reports.isEmpty()) {
      names.addAll(reports.get(0).training().metrics().keySet());
    }
    List<Figure> charts = new ArrayList<>();
    for (String name : names) {
      CurveChart chart = new CurveChart(name, names.size() == 1);
      if (name.equals("loss")) {
        chart.background("training, batches smoothed", epochs, losses);
      }
      chart.line("training", reports, report -> value(report.training(), name), true);
      chart.line(
          "validation",
          reports,
          report -> report.validation().map(v -> value(v, name)).orElse(Double.NaN),
          false);
      reports.stream()
          .filter(report -> report.epoch() == history.bestEpoch())
          .forEach(best -> chart.mark(best.epoch(), value(best.decisive(), name)));
      charts.add(chart.figure());
    }
    return Figure.grid(2, charts).titled(title);
  }

  private static double value(Evaluation evaluation, String name) {
    return name.equals("loss")
        ? evaluation.loss()
        : evaluation.metrics().getOrDefault(name, Double.NaN);
  }
}
