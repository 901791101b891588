package dev.balboa.examples.mnist;

import dev.balboa.nn.data.Batch;
import dev.balboa.nn.data.DataLoader;
import dev.balboa.nn.data.Dataset;
import dev.balboa.nn.data.Epoch;
import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.exec.RandomStream;
import dev.balboa.nn.layer.Sequential;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.optim.Adam;
import dev.balboa.nn.tensor.Losses;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.Locale;

/** How fast samples are loaded by one and by two workers, and whether training waits for them. */
record LoadingSpeed(Dataset data, int batch, long seed, PrintStream log) {
  private static final int ROUNDS = 9;
  private static final int AHEAD = 4;

  void measure() {
    double[][] rates = new double[3][ROUNDS];
    for (int workers = 1; workers <= 2; workers++) {
      load(workers, 0);
    }
    for (int round = 0; round < ROUNDS; round++) {
      for (int workers = 1; workers <= 2; workers++) {
        rates[workers][round] = load(workers, round + 1);
      }
    }
    double[] gains = new double[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
      gains[round] = rates[2][round] / rates[1][round];
    }
    log.printf(
        Locale.ROOT,
        "decoding and augmentation: 1 worker %,.0f pictures/s, 2 workers %,.0f (%.2f times, %.2f to"
            + " %.2f, %d rounds in turns)%n",
        median(rates[1]),
        median(rates[2]),
        median(gains),
        Arrays.stream(gains).min().orElseThrow(),
        Arrays.stream(gains).max().orElseThrow(),
        ROUNDS);
    train(1);
    train(2);
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  private DataLoader loader(int workers) {
    return new DataLoader(data, batch).shuffle(seed).workers(workers).prefetch(AHEAD);
  }

  /** Pictures a second, nobody else working. */
  private double load(int workers, int number) {
    long start = System.nanoTime();
    int count = 0;
    try (Epoch epoch = loader(workers).epoch(number)) {
      while (epoch.hasNext()) {
        try (var _ = Scope.open()) {
          count += epoch.next().size();
        }
      }
    }
    return count * 1e9 / (System.nanoTime() - start);
  }

  /** Which part of two epochs of training goes by in waiting for batches; one before warms up. */
  private void train(int workers) {
    int side = (int) data.inputSpec().shape().dim(1);
    try (var _ = Scope.open();
        var _ = Execution.on(Engine.NATIVE.executor());
        var _ = Execution.training(new RandomStream(seed));
        Sequential network = Network.create(side, seed);
        Adam adam = new Adam(network.parameters(), 1e-3)) {
      train(network, adam, workers, 0);
      long start = System.nanoTime();
      long waited = 0;
      for (int number = 1; number <= 2; number++) {
        waited += train(network, adam, workers, number);
      }
      double all = System.nanoTime() - start;
      log.printf(
          Locale.ROOT,
          "training with %d workers: %,.0f pictures/s, waiting for data %.1f %% of the time%n",
          workers,
          2e9 * data.size() / all,
          100 * waited / all);
    }
  }

  /** One epoch; the nanoseconds that it waited for batches. */
  private long train(Sequential network, Adam adam, int workers, int number) {
    long waited = 0;
    try (Epoch epoch = loader(workers).epoch(number)) {
      while (epoch.hasNext()) {
        try (var _ = Scope.open()) {
          long start = System.nanoTime();
          Batch next = epoch.next();
          waited += System.nanoTime() - start;
          adam.zeroGrad();
          Losses.crossEntropy(network.forward(next.x()), next.y()).backward();
          adam.step();
        }
      }
    }
    return waited;
  }
}
