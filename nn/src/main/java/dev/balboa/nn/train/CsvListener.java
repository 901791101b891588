package dev.balboa.nn.train;

import dev.balboa.nn.io.AtomicFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * Keeps a CSV file with a row for every finished epoch: {@code epoch} (from 0), {@code steps},
 * {@code learning_rate}, {@code loss} and metrics, the same of the validation with {@code
 * validation_} before, {@code seconds}. The file is replaced after each epoch, so that it is whole
 * at any time. A run that goes on keeps the rows of its earlier epochs.
 */
public final class CsvListener implements TrainingListener {
  private final Path file;
  private final List<String> rows = new ArrayList<>();
  private String header;

  /** Writes to this file. */
  public CsvListener(Path file) {
    this.file = Objects.requireNonNull(file, "CSV listener: file");
  }

  @Override
  public void onStart(TrainingPlan plan) {
    rows.clear();
    header = null;
    if (plan.firstEpoch() > 0 && Files.exists(file)) {
      List<String> lines = read();
      header = lines.isEmpty() ? null : lines.getFirst();
      for (String line : lines.subList(Math.min(1, lines.size()), lines.size())) {
        if (epoch(line) < plan.firstEpoch()) {
          rows.add(line);
        }
      }
    }
  }

  private List<String> read() {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw new UncheckedIOException("CSV listener: cannot read " + file, e);
    }
  }

  private long epoch(String line) {
    try {
      return Long.parseLong(line.substring(0, Math.max(0, line.indexOf(','))));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "CSV listener: expected rows that begin with an epoch in "
              + file
              + ", got '"
              + line
              + "'",
          e);
    }
  }

  @Override
  public void onEpoch(EpochReport report) {
    List<String> names = new ArrayList<>(List.of("epoch", "steps", "learning_rate"));
    List<Object> values =
        new ArrayList<>(List.of(report.epoch(), report.steps(), report.learningRate()));
    add(names, values, "", report.training());
    report.validation().ifPresent(v -> add(names, values, "validation_", v));
    names.add("seconds");
    values.add(report.training().seconds());
    String expected = String.join(",", names);
    if (header != null && !header.equals(expected)) {
      throw new IllegalArgumentException(
          "CSV listener: expected columns " + expected + " in " + file + ", got " + header);
    }
    header = expected;
    rows.add(values.stream().map(String::valueOf).collect(Collectors.joining(",")));
    write();
  }

  private static void add(
      List<String> names, List<Object> values, String prefix, Evaluation evaluation) {
    names.add(prefix + Monitor.LOSS);
    values.add(evaluation.loss());
    evaluation
        .metrics()
        .forEach((name, value) -> {
          names.add(prefix + name);
          values.add(value);
        });
  }

  private void write() {
    String text = header + "\n" + String.join("\n", rows) + "\n";
    try {
      AtomicFile.write(file, text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException("CSV listener: cannot write " + file, e);
    }
  }
}
