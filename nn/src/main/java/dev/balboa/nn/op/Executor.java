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

  /**
   * Pulls {@code cotangent} back through {@code f}; see {@link Vjp#pullback}. Only an executor that
   * records can, which is the one that a {@link Vjp.Definition} emits through: there a derivative
   * may stand in the definition of another one.
   */
  default List<Value> pullback(Vjp.Definition f, List<Value> at, Value cotangent) {
    throw new UnsupportedOperationException("pullback: this executor does not record");
  }
}
