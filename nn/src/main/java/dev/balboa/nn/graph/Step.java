package dev.balboa.nn.graph;

import dev.balboa.nn.backend.Chain;
import dev.balboa.nn.backend.Prepared;
import dev.balboa.nn.exec.HostFunction;
import dev.balboa.nn.op.Op;
import java.util.List;

/**
 * One call of a program.
 *
 * @param name for profiles
 * @param op the operation; {@code null} for Java, for chains and for copies between layouts
 * @param call what is called
 * @param inputs where it reads
 * @param outputs where it writes
 * @param scratch its scratch memory, {@code null} for none
 */
record Step(
    String name, Op op, Call call, List<Place> inputs, List<Place> outputs, Buffer scratch) {
  sealed interface Call {}

  /** A backend's operation. */
  record Native(Prepared prepared) implements Call {}

  /** Operations in a row, computed together. */
  record Chained(Prepared prepared, Chain chain) implements Call {}

  /** Java. */
  record Java(HostFunction function) implements Call {}

  /** Bytes read and written, without scratch. */
  long bytes() {
    long sum = 0;
    for (Place p : inputs) {
      sum += p.spec().byteSize();
    }
    for (Place p : outputs) {
      sum += p.spec().byteSize();
    }
    return sum;
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(name);
    text.append(' ').append(inputs.stream().map(Step::describe).toList());
    text.append(" -> ").append(outputs.stream().map(Step::describe).toList());
    if (call instanceof Native(var prepared) && !prepared.route().isEmpty()) {
      text.append(" by ").append(prepared.route());
    }
    return text.toString();
  }

  private static String describe(Place p) {
    String home =
        switch (p.buffer().home) {
          case ARENA -> "arena+" + (p.buffer().offset + p.offset());
          case PACKED -> "packed+" + (p.buffer().offset + p.offset());
          case HELD -> "held";
        };
    return p.spec() + " " + p.layout() + " " + home;
  }
}
