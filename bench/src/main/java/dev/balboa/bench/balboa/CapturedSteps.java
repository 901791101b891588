package dev.balboa.bench.balboa;

import dev.balboa.bench.ModelContender;
import dev.balboa.nn.layer.Layer;
import dev.balboa.nn.memory.Allocator;
import dev.balboa.nn.optim.Optimizer;
import dev.balboa.nn.tensor.Losses;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.train.CompiledStep;

/** Steps of a whole model as one captured program. */
final class CapturedSteps implements ModelContender.Steps {
  private final Layer model;
  private final CompiledStep step;
  private final Tensor x;
  private final Tensor labels;

  CapturedSteps(Layer model, Optimizer optimizer, Tensor x, Tensor labels, boolean mixed) {
    this.model = model;
    this.x = x;
    this.labels = labels;
    step = new CompiledStep(model, optimizer, Losses::crossEntropy);
    if (mixed) {
      step.mixedPrecision();
    }
  }

  @Override
  public long parameters() {
    return model.parameterCount();
  }

  @Override
  public double step() {
    return step.run(x, labels);
  }

  @Override
  public long peakBytes() {
    return Allocator.shared().metrics().peakBytes();
  }
}
