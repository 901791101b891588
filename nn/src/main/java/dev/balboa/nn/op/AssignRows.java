package dev.balboa.nn.op;

import java.util.List;

/**
 * Overwrites rows of the first input: target[ids[k]] = rows[k]. Inputs target [n, ...] of any type,
 * ids I32 or I64 [u], of which equal ones leave the last row, and rows [u, ...]. Costs nothing for
 * the rows that it does not touch.
 */
public record AssignRows() implements InPlaceOp {
  @Override
  public String name() {
    return "assign_rows";
  }

  @Override
  public int mutated() {
    return 1;
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 3);
    TensorSpec target = in.get(0);
    Check.that(target.shape().rank() > 0, name(), "a target with rows", target);
    Indexing.indices(name(), in.get(1));
    Check.rank(name(), "ids", in.get(1), 1);
    TensorSpec rows = target.withShape(target.shape().with(0, in.get(1).shape().dim(0)));
    Check.that(in.get(2).equals(rows), name(), "rows " + rows, in.get(2));
    return List.of();
  }
}
