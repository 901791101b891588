package dev.balboa.bench;

import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Stream;

/**
 * A way of training whole models. Registered as a service under {@code
 * META-INF/services/dev.balboa.bench.ModelContender}, with a constructor that loads nothing.
 */
public interface ModelContender {
  /** The name in the table. */
  String name();

  /** Loads the library for so many threads; called once, before {@link #prepare}. */
  void open(int threads);

  /** Whether it has a way of its own to train this model. */
  default boolean takesPart(ModelTask task) {
    return true;
  }

  /** Model, optimizer and data made ready. */
  Steps prepare(ModelTask task);

  /** A model in training, on one batch. */
  interface Steps {
    /** How many numbers are learned. */
    long parameters();

    /** Makes a step and gives the loss before it. */
    double step();

    /** The most bytes that the library itself had out at a time; negative if it does not say. */
    default long peakBytes() {
      return -1;
    }
  }

  /** Every one on the class path. */
  static List<ModelContender> all() {
    return Stream.of(ModelContender.class, ModelPeer.class)
        .flatMap(type -> ServiceLoader.load(type).stream())
        .<ModelContender>map(ServiceLoader.Provider::get)
        .toList();
  }
}
