package dev.balboa.bench;

import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.stream.Stream;

/**
 * A library in the table of operations. Registered as a service under {@code
 * META-INF/services/dev.balboa.bench.OpContender}, with a constructor that loads nothing.
 */
public interface OpContender {
  /** The name in the table. */
  String name();

  /** Whether it is there for orientation only and is measured once, shortly. */
  default boolean forOrientation() {
    return false;
  }

  /** Loads the library for so many threads; called once, before any {@link #prepare}. */
  void open(int threads);

  /** Name, version and settings, for the head of the table. */
  String describe();

  /** The operation made ready; empty if the library has nothing like it. */
  Optional<Workload> prepare(OpTask task);

  /** Every one on the class path. */
  static List<OpContender> all() {
    return Contenders.LOADED;
  }

  /** The one of that name. */
  static OpContender named(String name) {
    return all().stream()
        .filter(c -> c.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no contender '" + name + "'"));
  }

  /** Loads the services once. */
  final class Contenders {
    private static final List<OpContender> LOADED =
        Stream.of(OpContender.class, OpPeer.class)
            .flatMap(type -> ServiceLoader.load(type).stream())
            .<OpContender>map(ServiceLoader.Provider::get)
            .toList();

    private Contenders() {}
  }
}
