package dev.balboa.nn.graph;

import dev.balboa.nn.memory.Block;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A graph made ready for one backend: calls in order, a place for every value, one arena for all
 * that lives during a run. {@link #toString} prints the calls with their places.
 *
 * <p>Thread rule: immutable; {@link #close} is the owner's, when nothing runs.
 */
final class Program implements AutoCloseable {
  private final Graph graph;
  private final String backend;
  private final List<Step> preamble;
  private final List<Step> main;
  private final List<Place> arguments;
  private final List<Place> results;
  private final long arenaBytes;
  private final long packedBytes;
  private final long tensorBytes;
  private final List<Block> held;
  private final List<Block> packedFrom;
  private final List<Block> written;

  /**
   * @param preamble what depends on parameters alone
   * @param main what runs each time
   * @param arguments where the data handed in goes, in the order of the arguments
   * @param results where results are, dense
   * @param buffers all memory that has to be planned
   */
  Program(
      Graph graph,
      String backend,
      List<Step> preamble,
      List<Step> main,
      List<Place> arguments,
      List<Place> results,
      List<Buffer> buffers) {
    this.graph = graph;
    this.backend = backend;
    this.preamble = List.copyOf(preamble);
    this.main = List.copyOf(main);
    this.arguments = List.copyOf(arguments);
    this.results = List.copyOf(results);
    List<Buffer> arena = buffers.stream().filter(b -> b.home == Buffer.Home.ARENA).toList();
    this.arenaBytes = ArenaPlan.place(arena);
    this.packedBytes =
        ArenaPlan.place(buffers.stream().filter(b -> b.home == Buffer.Home.PACKED).toList());
    this.tensorBytes = arena.stream().mapToLong(b -> b.bytes).reduce(0, ArenaPlan::sum);
    this.packedFrom = held(preamble);
    Set<Block> all = new LinkedHashSet<>(packedFrom);
    all.addAll(held(main));
    results.stream().filter(p -> p.buffer().block != null).forEach(p -> all.add(p.buffer().block));
    this.held = List.copyOf(all);
    this.written = written(graph);
  }

  private static List<Block> held(List<Step> steps) {
    Set<Block> blocks = new LinkedHashSet<>();
    for (Step step : steps) {
      for (Place place : step.inputs()) {
        if (place.buffer().block != null) {
          blocks.add(place.buffer().block);
        }
      }
    }
    return List.copyOf(blocks);
  }

  private static List<Block> written(Graph graph) {
    Aliases aliases = new Aliases(graph);
    Set<Block> blocks = new LinkedHashSet<>();
    for (Source source : graph.sources()) {
      if (source instanceof Source.Held h && aliases.isMutated(h.value())) {
        blocks.add(h.data().storage().block());
      }
    }
    return List.copyOf(blocks);
  }

  /** What was lowered, after all passes. */
  Graph graph() {
    return graph;
  }

  List<Step> preamble() {
    return preamble;
  }

  List<Step> main() {
    return main;
  }

  List<Place> arguments() {
    return arguments;
  }

  List<Place> results() {
    return results;
  }

  /** The specs of the arguments, for messages. */
  String shapes() {
    return arguments.stream().map(Place::spec).toList().toString();
  }

  /** Bytes of an instance's arena. */
  long arenaBytes() {
    return arenaBytes;
  }

  /** Bytes of what is computed from parameters alone. */
  long packedBytes() {
    return packedBytes;
  }

  /** Bytes that all values and scratch memory of a run would take without sharing. */
  long tensorBytes() {
    return tensorBytes;
  }

  /** The memory from outside, to be acquired around each run. */
  List<Block> held() {
    return held;
  }

  /** The part of it whose change makes the preamble run again. */
  List<Block> packedFrom() {
    return packedFrom;
  }

  /** The part of it that a run writes to. */
  List<Block> written() {
    return written;
  }

  /** One line on memory. */
  String memory() {
    return String.format(
        java.util.Locale.ROOT,
        "arena %,d bytes (the sum of all tensors and scratch: %,d), packed from parameters %,d"
            + " bytes",
        arenaBytes,
        tensorBytes,
        packedBytes);
  }

  static void close(List<Step> steps) {
    for (Step step : steps) {
      switch (step.call()) {
        case Step.Native(var prepared) -> prepared.close();
        case Step.Chained(var prepared, _) -> prepared.close();
        case Step.Java _ -> {
          // nothing was prepared
        }
      }
    }
  }

  /** Frees what was prepared. */
  @Override
  public void close() {
    close(preamble);
    close(main);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    text.append("on ").append(backend).append(", ").append(memory()).append('\n');
    if (!preamble.isEmpty()) {
      text.append("when a parameter has changed:\n");
      preamble.forEach(step -> text.append("  ").append(step).append('\n'));
    }
    text.append("each run:\n");
    main.forEach(step -> text.append("  ").append(step).append('\n'));
    return text.toString();
  }
}
