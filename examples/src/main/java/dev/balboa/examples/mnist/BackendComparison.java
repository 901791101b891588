package dev.balboa.examples.mnist;

import dev.balboa.nn.data.Batch;
import dev.balboa.nn.data.DataLoader;
import dev.balboa.nn.data.Dataset;
import dev.balboa.nn.data.Epoch;
import dev.balboa.nn.exec.EagerExecutor;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.exec.Executors;
import dev.balboa.nn.layer.Sequential;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.optim.Adam;
import dev.balboa.nn.tensor.Losses;
import dev.balboa.nn.tensor.Parameter;
import dev.balboa.nn.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * How far native and reference backend are apart on the first steps of training, from equal
 * parameters on equal batches. Differences are relative: |a - b| / |b| of the losses, and the same
 * with Euclidean norms of each parameter's gradient, b being the reference's.
 *
 * @param steps compared
 * @param batch size of the batches
 * @param loss the largest difference of losses
 * @param gradient the largest difference of gradients
 * @param parameter where that was
 */
record BackendComparison(int steps, int batch, double loss, double gradient, String parameter) {
  /** Makes a few steps on the native backend and repeats the gradients on the reference. */
  static BackendComparison run(Dataset data, int side, long seed, int steps, int batch) {
    DataLoader loader = new DataLoader(data, batch).shuffle(seed).dropLast().prefetch(0);
    BackendComparison worst = new BackendComparison(0, batch, 0, 0, "none");
    EagerExecutor fast = Executors.nativeExecutor();
    try (var _ = Scope.open();
        var _ = Execution.on(fast);
        Sequential trained = Network.create(side, seed);
        Sequential repeated = Network.create(side, seed);
        Adam adam = new Adam(trained.parameters(), 1e-3);
        Epoch epoch = loader.epoch(0)) {
      while (worst.steps < steps && epoch.hasNext()) {
        try (var _ = Scope.open()) {
          Batch next = epoch.next();
          repeated.load(values(trained));
          double loss = differentiate(fast, trained, next);
          double expected = differentiate(Executors.reference(), repeated, next);
          worst = worst.with(Math.abs(loss - expected) / Math.abs(expected));
          worst = worst.with(trained.parameters(), repeated.parameters());
          adam.step();
        }
      }
    }
    return worst;
  }

  private static Map<String, Tensor> values(Sequential network) {
    Map<String, Tensor> values = new LinkedHashMap<>();
    network.parameters().forEach((path, parameter) -> values.put(path, parameter.data()));
    return values;
  }

  private static double differentiate(EagerExecutor executor, Sequential network, Batch batch) {
    try (var _ = Scope.open();
        var _ = Execution.on(executor)) {
      network.parameters().values().forEach(Parameter::zeroGrad);
      Tensor loss = Losses.crossEntropy(network.forward(batch.x()), batch.y());
      loss.backward();
      return loss.item();
    }
  }

  private BackendComparison with(double lossDifference) {
    return new BackendComparison(
        steps + 1, batch, Math.max(loss, lossDifference), gradient, parameter);
  }

  private BackendComparison with(Map<String, Parameter> got, Map<String, Parameter> expected) {
    BackendComparison worst = this;
    for (Map.Entry<String, Parameter> entry : got.entrySet()) {
      String path = entry.getKey();
      double difference =
          relative(entry.getValue().grad().toFloats(), expected.get(path).grad().toFloats());
      if (difference > worst.gradient) {
        worst = new BackendComparison(steps, batch, loss, difference, path);
      }
    }
    return worst;
  }

  private static double relative(float[] got, float[] expected) {
    double error = 0;
    double norm = 0;
    for (int i = 0; i < got.length; i++) {
      double difference = (double) got[i] - expected[i];
      error += difference * difference;
      norm += (double) expected[i] * expected[i];
    }
    return Math.sqrt(error) / Math.max(Math.sqrt(norm), Double.MIN_NORMAL);
  }

  /** A line for the user. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "native against reference, %d steps of %d: worst relative difference of losses %.1e, of"
            + " gradients %.1e (%s)",
        steps,
        batch,
        loss,
        gradient,
        parameter);
  }
}
