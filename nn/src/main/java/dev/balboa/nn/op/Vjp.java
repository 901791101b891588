package dev.balboa.nn.op;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** What an operation may use to express its vector-Jacobian product. */
public interface Vjp {
  /** Emits operations through the executor in charge. */
  Emit emit();

  /** Input {@code i} of the forward application. */
  Value in(int i);

  /** Output {@code i} of the forward application. */
  Value out(int i);

  /** The cotangent of output {@code i}; zeros when nothing depends on that output. */
  Value grad(int i);

  /** Whether a cotangent of input {@code i} is wanted. */
  boolean needs(int i);

  /** How many inputs there are. */
  int inputs();

  /** The result of another operation on the inputs of the forward application. */
  default Value again(Op op) {
    return emit().apply(op, IntStream.range(0, inputs()).mapToObj(this::in).toArray(Value[]::new));
  }

  /**
   * Pulls {@code cotangent} back through {@code f}, which is written in differentiable operations.
   * This is how a fused operation gets its higher derivatives: from its definition.
   *
   * @param at the values at which {@code f} is differentiated
   * @return one cotangent per value of {@code at}, {@code null} where {@code f} does not depend on
   *     it
   */
  List<Value> pullback(Definition f, List<Value> at, Value cotangent);

  /** A function written in differentiable operations. */
  @FunctionalInterface
  interface Definition {
    /** The result at these values, emitted through {@code e}. */
    Value apply(Emit e, List<Value> at);
  }

  /** A result list that may hold {@code null}. */
  static List<Value> grads(Value... values) {
    return Arrays.asList(values);
  }
}
