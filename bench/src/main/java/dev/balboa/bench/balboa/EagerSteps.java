package dev.balboa.bench.balboa;

import dev.balboa.bench.ModelContender;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.exec.RandomStream;
import dev.balboa.nn.layer.Layer;
import dev.balboa.nn.memory.Allocator;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.optim.Optimizer;
import dev.balboa.nn.tensor.Losses;
import dev.balboa.nn.tensor.Tensor;

/** Steps of a whole model, operation by operation. */
final class EagerSteps implements ModelContender.Steps {
  private final Layer model;
  private final Optimizer optimizer;
  private final Tensor x;
  private final Tensor labels;
  private final boolean mixed;
  private final RandomStream random = new RandomStream(2);

  EagerSteps(Layer model, Optimizer optimizer, Tensor x, Tensor labels, boolean mixed) {
    this.model = model;
    this.optimizer = optimizer;
    this.x = x;
    this.labels = labels;
    this.mixed = mixed;
  }

  @Override
  public long parameters() {
    return model.parameterCount();
  }

  @Override
  public double step() {
    try (var _ = Scope.open()) {
      optimizer.zeroGrad();
      Tensor loss;
      try (var _ = Execution.training(random);
          var _ = mixed ? Execution.mixedPrecision() : null) {
        loss = Losses.crossEntropy(model.forward(x), labels);
      }
      loss.backwardAndFree();
      optimizer.step();
      return loss.item();
    }
  }

  @Override
  public long peakBytes() {
    return Allocator.shared().metrics().peakBytes();
  }
}
