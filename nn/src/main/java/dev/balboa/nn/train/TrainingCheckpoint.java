package dev.balboa.nn.train;

import dev.balboa.nn.exec.RandomStream;
import dev.balboa.nn.io.Safetensors;
import dev.balboa.nn.io.SafetensorsFile;
import dev.balboa.nn.layer.Layer;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.optim.Optimizer;
import dev.balboa.nn.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Everything that training depends on, in one safetensors file. Tensors: {@code model.*}, {@code
 * optimizer.*}, {@code best.*}, {@code trainer.sums}, {@code trainer.history}. Metadata: positions,
 * seeds, names. Numbers are stored exactly, so that a resumed run repeats the uninterrupted one bit
 * for bit.
 */
record TrainingCheckpoint(
    Layer model,
    Optimizer optimizer,
    List<Metric> metrics,
    Progress progress,
    BestParameters best) {
  private static final String OPTIMIZER_PREFIX = "optimizer.";
  private static final String BEST_PREFIX = "best.";
  private static final String SUMS = "trainer.sums";
  private static final String HISTORY = "trainer.history";

  void save(Path file) throws IOException {
    try (var _ = Scope.open()) {
      Map<String, Tensor> tensors =
          new LinkedHashMap<>(Checkpoint.values(model, Checkpoint.MODEL_PREFIX));
      optimizer.state().forEach((key, t) -> tensors.put(OPTIMIZER_PREFIX + key, t));
      best.tensors().forEach((key, t) -> tensors.put(BEST_PREFIX + key, t));
      tensors.put(SUMS, Tensor.of(progress.sums.save()));
      tensors.put(HISTORY, new HistoryTable(metrics).write(progress.reports));
      Safetensors.write(file, tensors, metadata());
    }
  }

  private Map<String, String> metadata() {
    Map<String, String> data = new LinkedHashMap<>();
    data.put(Checkpoint.KIND, Checkpoint.TRAINING_KIND);
    data.put("optimizer", optimizer.name());
    data.put("metrics", metricNames());
    data.put("epoch", Long.toString(progress.epoch));
    data.put("batch", Integer.toString(progress.batch));
    data.put("step", Long.toString(progress.step));
    data.put("order", progress.order);
    data.put("learning_rate", Double.toString(progress.learningRate));
    data.put("random.seed", Long.toString(progress.random.seed()));
    data.put("random.position", Long.toString(progress.random.position()));
    data.put("best", Double.toString(progress.best));
    data.put("best_epoch", Long.toString(progress.bestEpoch));
    data.put("stale", Integer.toString(progress.stale));
    return data;
  }

  private String metricNames() {
    return String.join(",", metrics.stream().map(Metric::name).toList());
  }

  /** Takes everything over; the model and optimizer must be made as those that were saved. */
  void restore(Path file) throws IOException {
    try (var _ = Scope.open();
        SafetensorsFile opened = Safetensors.open(file)) {
      Map<String, String> data = opened.metadata();
      require(file, "kind", Checkpoint.TRAINING_KIND, data.get(Checkpoint.KIND));
      require(file, "optimizer", optimizer.name(), data.get("optimizer"));
      require(file, "metrics", metricNames(), data.get("metrics"));
      readProgress(file, data);
      progress.sums.load(opened.read(SUMS).toDoubles());
      progress.reports.clear();
      progress.reports.addAll(new HistoryTable(metrics).read(opened.read(HISTORY)));
      optimizer.load(Checkpoint.read(opened, OPTIMIZER_PREFIX));
      optimizer.learningRate(progress.learningRate);
      model.load(Checkpoint.read(opened, Checkpoint.MODEL_PREFIX));
      best.take(Checkpoint.read(opened, BEST_PREFIX));
    }
  }

  private void readProgress(Path file, Map<String, String> data) {
    try {
      progress.epoch = Long.parseLong(text(data, "epoch"));
      progress.batch = Integer.parseInt(text(data, "batch"));
      progress.step = Long.parseLong(text(data, "step"));
      progress.order = text(data, "order");
      progress.learningRate = Double.parseDouble(text(data, "learning_rate"));
      progress.random =
          new RandomStream(
              Long.parseLong(text(data, "random.seed")),
              Long.parseLong(text(data, "random.position")));
      progress.best = Double.parseDouble(text(data, "best"));
      progress.bestEpoch = Long.parseLong(text(data, "best_epoch"));
      progress.stale = Integer.parseInt(text(data, "stale"));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "checkpoint " + file + ": expected numbers in the metadata, got " + data, e);
    }
  }

  private static String text(Map<String, String> data, String key) {
    String value = data.get(key);
    if (value == null) {
      throw new IllegalArgumentException("'" + key + "' is missing");
    }
    return value;
  }

  private static void require(Path file, String what, String expected, String got) {
    if (!expected.equals(got)) {
      throw new IllegalArgumentException(
          "checkpoint " + file + ": expected " + what + " '" + expected + "', got '" + got + "'");
    }
  }
}
