package dev.balboa.nn.exec;

import dev.balboa.nn.op.InPlaceOp;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.Pad;
import dev.balboa.nn.op.SourceOp;
import dev.balboa.nn.op.Value;
import dev.balboa.nn.op.ViewOp;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;

/** See {@link Execution#checkFinite}. */
final class FiniteCheck implements Interceptor {
  @Override
  public List<Value> apply(Op op, List<Value> inputs, Origin origin, EagerExecutor next) {
    List<Value> outputs = next.apply(op, inputs);
    if (op instanceof InPlaceOp inPlace) {
      int mutated = inPlace.mutated();
      List<Value> read = inputs.subList(mutated, inputs.size());
      for (int i = 0; i < mutated; i++) {
        check(op, origin, i, inputs.get(i), read, next);
      }
    } else if (!(op instanceof ViewOp)) {
      for (int i = 0; i < outputs.size(); i++) {
        if (op.isDifferentiable(i)) { // others are saved statistics, and the operation's affair
          check(op, origin, i, outputs.get(i), inputs, next);
        }
      }
    }
    return outputs;
  }

  /**
   * @param result what the operation has written
   * @param given what it has read and not written
   */
  private static void check(
      Op op, Origin origin, int number, Value result, List<Value> given, EagerExecutor executor) {
    NonFinite found = NonFinite.in(result, executor);
    if (found != null && !(isInfinity(found) && isMeant(op, given, executor))) {
      throw exception(op, origin, number, result, found, given, executor);
    }
  }

  private static boolean isInfinity(NonFinite found) {
    return Double.isInfinite(found.value());
  }

  /** Whether infinities come of a hyper-parameter or of an input that has some. */
  private static boolean isMeant(Op op, List<Value> given, EagerExecutor executor) {
    return op instanceof SourceOp
        || (op instanceof Pad pad && Double.isInfinite(pad.value()))
        || given.stream().anyMatch(v -> NonFinite.in(v, executor) != null);
  }

  private static NonFiniteException exception(
      Op op,
      Origin origin,
      int number,
      Value result,
      NonFinite found,
      List<Value> given,
      EagerExecutor executor) {
    StringJoiner specs = new StringJoiner(", ", "[", "]");
    given.forEach(v -> specs.add(v.spec().toString()));
    List<String> before = new ArrayList<>();
    for (int i = 0; i < given.size(); i++) {
      NonFinite already = NonFinite.in(given.get(i), executor);
      if (already != null) {
        before.add("input " + i + " was " + already.value() + " at " + already.index() + " before");
      }
    }
    String message =
        op.name()
            + (origin.toString().isEmpty() ? "" : " " + origin)
            + ": "
            + (op instanceof InPlaceOp ? "operand " : "output ")
            + number
            + " "
            + result.spec()
            + " is "
            + found.value()
            + " at "
            + found.index()
            + (op instanceof InPlaceOp ? "; its other inputs " : "; its inputs ")
            + specs
            + (before.isEmpty() ? " were finite" : ": " + String.join(", ", before));
    return new NonFiniteException(message, op, origin, found.index(), found.value());
  }
}
