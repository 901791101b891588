package dev.balboa.nn.train;

import dev.balboa.nn.exec.RandomStream;
import dev.balboa.nn.io.Safetensors;
import dev.balboa.nn.io.SafetensorsFile;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Everything that training depends on, in one safetensors file. Tensors: {@code model.*}, {@code
 * optimizer.*}, {@code average.*}, {@code best.*}, {@code sums.*}, {@code listener.*}, {@code
 * trainer.history}. Metadata: positions, seeds, names. Numbers are stored exactly, so that a
 * resumed run repeats the uninterrupted one bit for bit.
 */
record TrainingCheckpoint(Settings settings, Progress progress, BestParameters best) {
  private static final String OPTIMIZER_PREFIX = "optimizer.";
  private static final String BEST_PREFIX = "best.";
  private static final String SUMS_PREFIX = "sums.";
  private static final String LISTENER_PREFIX = "listener.";
  private static final String AVERAGE_PREFIX = "average.";
  private static final String FULL_PRECISION = "full";
  private static final String HISTORY = "trainer.history";

  void save(Path file) throws IOException {
    try (var _ = Scope.open()) {
      Map<String, Tensor> tensors =
          new LinkedHashMap<>(Checkpoint.values(settings.model, Checkpoint.MODEL_PREFIX));
      settings.optimizer.state().forEach((key, t) -> tensors.put(OPTIMIZER_PREFIX + key, t));
      best.tensors().forEach((key, t) -> tensors.put(BEST_PREFIX + key, t));
      progress.sums.save().forEach((key, t) -> tensors.put(SUMS_PREFIX + key, t));
      if (settings.average != null) {
        settings.average.state().forEach((key, t) -> tensors.put(AVERAGE_PREFIX + key, t));
      }
      for (StatefulListener listener : settings.stateful()) {
        listener.state().forEach((key, t) -> tensors.put(prefix(listener) + key, t));
      }
      tensors.put(HISTORY, new HistoryTable(settings.metrics).write(progress.reports));
      Safetensors.write(file, tensors, metadata());
    }
  }

  private static String prefix(StatefulListener listener) {
    return LISTENER_PREFIX + listener.name() + ".";
  }

  private Map<String, String> metadata() {
    Map<String, String> data = new LinkedHashMap<>();
    data.put(Checkpoint.KIND, Checkpoint.TRAINING_KIND);
    data.put("optimizer", settings.optimizer.name());
    data.put("metrics", metricNames());
    data.put("listeners", listenerNames());
    data.put("average", Boolean.toString(settings.average != null));
    data.put("precision", precision());
    data.put("epoch", Long.toString(progress.epoch));
    data.put("batch", Integer.toString(progress.batch));
    data.put("step", Long.toString(progress.step));
    data.put("order", progress.order);
    data.put("learning_rate", Double.toString(progress.learningRate));
    data.put("first_rate", Double.toString(progress.firstRate));
    data.put("plateau.scale", Double.toString(progress.plateau.scale));
    data.put("plateau.best", Double.toString(progress.plateau.best));
    data.put("plateau.bad", Integer.toString(progress.plateau.bad));
    data.put("plateau.cooldown", Integer.toString(progress.plateau.cooldown));
    data.put("random.seed", Long.toString(progress.random.seed()));
    data.put("random.position", Long.toString(progress.random.position()));
    data.put("best", Double.toString(progress.best));
    data.put("best_epoch", Long.toString(progress.bestEpoch));
    data.put("stale", Integer.toString(progress.stale));
    return data;
  }

  private String metricNames() {
    return String.join(",", settings.metrics.stream().map(Metric::name).toList());
  }

  private String precision() {
    return settings.mixed ? "mixed" : FULL_PRECISION;
  }

  private String listenerNames() {
    return String.join(",", settings.stateful().stream().map(StatefulListener::name).toList());
  }

  /** Takes everything over; the model and optimizer must be made as those that were saved. */
  void restore(Path file) throws IOException {
    try (var _ = Scope.open();
        SafetensorsFile opened = Safetensors.open(file)) {
      Map<String, String> data = opened.metadata();
      require(file, "kind", Checkpoint.TRAINING_KIND, data.get(Checkpoint.KIND));
      require(file, "optimizer", settings.optimizer.name(), data.get("optimizer"));
      require(file, "metrics", metricNames(), data.get("metrics"));
      require(file, "listeners", listenerNames(), data.get("listeners"));
      // Files of before say neither.
      String average = data.getOrDefault("average", "false");
      require(file, "average", Boolean.toString(settings.average != null), average);
      String precision = data.getOrDefault("precision", FULL_PRECISION);
      require(file, "precision", precision(), precision);
      readProgress(file, data);
      progress.sums.load(Checkpoint.read(opened, SUMS_PREFIX));
      progress.reports.clear();
      progress.reports.addAll(new HistoryTable(settings.metrics).read(opened.read(HISTORY)));
      for (StatefulListener listener : settings.stateful()) {
        listener.load(Checkpoint.read(opened, prefix(listener)));
      }
      if (settings.average != null) {
        settings.average.load(Checkpoint.read(opened, AVERAGE_PREFIX));
      }
      settings.optimizer.load(Checkpoint.read(opened, OPTIMIZER_PREFIX));
      settings.optimizer.learningRate(progress.learningRate);
      settings.model.load(Checkpoint.read(opened, Checkpoint.MODEL_PREFIX));
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
      progress.firstRate = Double.parseDouble(text(data, "first_rate"));
      progress.plateau.scale = Double.parseDouble(text(data, "plateau.scale"));
      progress.plateau.best = Double.parseDouble(text(data, "plateau.best"));
      progress.plateau.bad = Integer.parseInt(text(data, "plateau.bad"));
      progress.plateau.cooldown = Integer.parseInt(text(data, "plateau.cooldown"));
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
