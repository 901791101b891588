package dev.balboa.bench;

import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A library under measurement, configured at its best. Implementations are registered as services
 * under {@code META-INF/services/dev.balboa.bench.Contender} with a constructor without parameters
 * that loads nothing: the driver creates each to ask for its name, and only the JVM forked to
 * measure calls {@link #open}.
 */
public interface Contender {
  /** The name in tables and on the command line: {@code pytorch}. */
  String name();

  /**
   * Whether this contender is far from competing and there for orientation only: it is measured in
   * the first round, shortly, and only on what it can do in that time.
   */
  default boolean forOrientation() {
    return false;
  }

  /** Whether this contender can do the task. Asked before the library is loaded. */
  boolean takesPart(Task task);

  /** Loads the library for {@code threads} threads. Called once, before any {@link #prepare}. */
  void open(int threads);

  /** Name, version and settings of what is open, for the head of the table. */
  String describe();

  /** Makes a task that this contender takes part in ready on the shared {@link Inputs}. */
  Workload prepare(Task task);

  /** Every contender on the class path, in the order of registration, peers last. */
  static List<Contender> all() {
    return Stream.of(Contender.class, Peer.class)
        .flatMap(type -> ServiceLoader.load(type).stream())
        .<Contender>map(ServiceLoader.Provider::get)
        .toList();
  }

  /** The contender of that name; IllegalArgumentException with the names that exist otherwise. */
  static Contender named(String name) {
    return all().stream()
        .filter(contender -> contender.name().equals(name))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "no contender '"
                    + name
                    + "'; there are "
                    + all().stream().map(Contender::name).collect(Collectors.joining(", "))));
  }
}
