package dev.balboa.nn.train;

import dev.balboa.nn.exec.RandomStream;
import java.util.ArrayList;
import java.util.List;

/** Where training stands: with parameters and optimizer state, all that its future depends on. */
final class Progress {
  /** The epoch to go on with. */
  long epoch;

  /** The batch of that epoch to go on with. */
  int batch;

  /** Steps made. */
  long step;

  /** What random layers draw from. */
  RandomStream random;

  /** Of the batches of this epoch so far. */
  Sums sums;

  /** What decided the order of the batches so far, empty before the first. */
  String order = "";

  /** Learning rate of the last step. */
  double learningRate;

  /** The optimizer's learning rate before the first step. */
  double firstRate;

  /** What has become of it on plateaus. */
  final Plateau.State plateau;

  /** The best monitored value. */
  double best;

  /** The epoch that had it, -1 for none. */
  long bestEpoch = -1;

  /** Epochs since then. */
  int stale;

  /** Finished epochs. */
  final List<EpochReport> reports = new ArrayList<>();

  Progress(Settings settings) {
    random = new RandomStream(settings.seed);
    sums = new Sums(settings.metrics);
    best = settings.monitor.worst();
    plateau = new Plateau.State(settings.monitor);
    firstRate = settings.optimizer.learningRate();
    learningRate = firstRate;
  }
}
