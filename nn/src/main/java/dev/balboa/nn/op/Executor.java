package dev.balboa.nn.op;

import java.util.List;

/** The single choke point that every operation passes: runs it, records it or captures it. */
public interface Executor {
  /**
   * Applies an operation.
   *
   * @return the outputs, in the operation's order; empty for an operation that writes in place
   * @throws IllegalArgumentException when the inputs do not fit the operation, naming expected and
   *     got
   */
  List<Value> apply(Op op, List<Value> inputs);
}
