package dev.balboa.nn.exec;

import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.Value;
import java.util.List;

/**
 * Stands around every operation that an executor runs, forward and backward: measures it, checks
 * its results. Put in force for a block by {@link Execution#intercept}; where none is, operations
 * pay nothing for the possibility.
 *
 * <p>Thread rule: called on the threads whose block it is in force for.
 */
@FunctionalInterface
public interface Interceptor {
  /**
   * Runs an operation, by {@code next.apply(op, inputs)}, and gives its outputs.
   *
   * @param origin what the operation is a part of
   */
  List<Value> apply(Op op, List<Value> inputs, Origin origin, EagerExecutor next);
}
