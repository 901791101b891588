package dev.balboa.nn.train;

import dev.balboa.nn.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Epoch reports as an F64 tensor of a row each: epoch, steps, learning rate, and for training and
 * validation loss, samples, seconds and metrics. An epoch without validation has -1 samples in it.
 */
record HistoryTable(List<Metric> metrics) {
  private static final int HEAD = 3;

  private int half() {
    return 3 + metrics.size();
  }

  private int columns() {
    return HEAD + 2 * half();
  }

  Tensor write(List<EpochReport> reports) {
    double[] rows = new double[reports.size() * columns()];
    for (int i = 0; i < reports.size(); i++) {
      EpochReport report = reports.get(i);
      int at = i * columns();
      rows[at] = report.epoch();
      rows[at + 1] = report.steps();
      rows[at + 2] = report.learningRate();
      write(rows, at + HEAD, report.training());
      if (report.validation().isPresent()) {
        write(rows, at + HEAD + half(), report.validation().get());
      } else {
        rows[at + HEAD + half() + 1] = -1;
      }
    }
    return Tensor.of(rows, reports.size(), columns());
  }

  private void write(double[] rows, int at, Evaluation evaluation) {
    rows[at] = evaluation.loss();
    rows[at + 1] = evaluation.samples();
    rows[at + 2] = evaluation.seconds();
    for (int i = 0; i < metrics.size(); i++) {
      rows[at + 3 + i] = evaluation.value(metrics.get(i).name());
    }
  }

  List<EpochReport> read(Tensor table) {
    if (table.shape().rank() != 2 || table.shape().dim(1) != columns()) {
      throw new IllegalArgumentException(
          "checkpoint: expected a history of " + columns() + " columns, got " + table.spec());
    }
    double[] rows = table.toDoubles();
    List<EpochReport> reports = new ArrayList<>();
    for (int at = 0; at < rows.length; at += columns()) {
      int validation = at + HEAD + half();
      reports.add(
          new EpochReport(
              (long) rows[at],
              (long) rows[at + 1],
              rows[at + 2],
              read(rows, at + HEAD),
              rows[validation + 1] < 0 ? Optional.empty() : Optional.of(read(rows, validation))));
    }
    return reports;
  }

  private Evaluation read(double[] rows, int at) {
    Map<String, Double> values = new LinkedHashMap<>();
    for (int i = 0; i < metrics.size(); i++) {
      values.put(metrics.get(i).name(), rows[at + 3 + i]);
    }
    return new Evaluation(rows[at], values, (long) rows[at + 1], rows[at + 2]);
  }
}
