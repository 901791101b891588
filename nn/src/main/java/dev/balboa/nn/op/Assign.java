package dev.balboa.nn.op;

import java.util.List;

/** Copies the second input over the first, of the same spec. */
public record Assign() implements InPlaceOp {
  @Override
  public String name() {
    return "assign";
  }

  @Override
  public int mutated() {
    return 1;
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    Check.arity(name(), in, 2);
    Check.that(in.get(1).equals(in.get(0)), name(), "a value " + in.get(0), in.get(1));
    return List.of();
  }
}
