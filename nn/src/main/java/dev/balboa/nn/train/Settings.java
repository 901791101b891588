package dev.balboa.nn.train;

import dev.balboa.nn.data.DataLoader;
import dev.balboa.nn.graph.CompileOptions;
import dev.balboa.nn.layer.Layer;
import dev.balboa.nn.optim.GradientClip;
import dev.balboa.nn.optim.LearningRate;
import dev.balboa.nn.optim.Optimizer;
import dev.balboa.nn.optim.WeightAverage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** What a {@link Trainer} was told; {@code null} where an option is off. */
final class Settings {
  final Layer model;
  final Optimizer optimizer;
  final Loss loss;
  final List<Metric> metrics = new ArrayList<>();
  final List<TrainingListener> listeners = new ArrayList<>();
  LearningRate schedule;
  LearningRate momentum;
  Plateau plateau;
  GradientClip clip;
  WeightAverage average;
  boolean mixed;
  int accumulate = 1;
  boolean detectAnomaly;
  CompileOptions capture;
  DataLoader validation;
  EarlyStopping earlyStopping;
  Monitor monitor = Monitor.loss();
  Path checkpointFile;
  long checkpointSteps = Long.MAX_VALUE;
  Path bestFile;
  long seed;

  Settings(Layer model, Optimizer optimizer, Loss loss) {
    this.model = Objects.requireNonNull(model, "trainer: model");
    this.optimizer = Objects.requireNonNull(optimizer, "trainer: optimizer");
    this.loss = Objects.requireNonNull(loss, "trainer: loss");
    if (!model.isBuilt()) {
      throw new IllegalStateException("trainer: the model is not built");
    }
  }

  /** The model in the precision that was asked for. */
  Forward forward() {
    return new Forward(model, mixed);
  }

  /** Puts the averaged weights into the model until closed; {@code null} if there are none. */
  WeightAverage.Swap averaged() {
    return average == null ? null : average.swapIn();
  }

  /** The listeners whose state is part of a run. */
  List<StatefulListener> stateful() {
    return listeners.stream()
        .filter(StatefulListener.class::isInstance)
        .map(StatefulListener.class::cast)
        .toList();
  }
}
